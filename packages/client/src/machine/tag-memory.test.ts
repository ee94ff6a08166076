import { backendLimits, FrameReader, isRemoteProtocolError, Writer } from '@pg-dblink/protocol';
import * as server from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { TagMemory } from './tag-memory.ts';

function tagsOf(bytes: Uint8Array): string[] {
  const memory = new TagMemory();
  return Array.from(new FrameReader(backendLimits()).frames(bytes), (frame) => memory.tagOf(frame));
}

test('every tag is told as it came, whichever came before', () => {
  const writer = new Writer();
  const tags = ['SELECT 1', 'SELECT 1', 'SELECT 2', 'INSERT 0 1', 'SELECT 1', 'B'.repeat(100), 'B'.repeat(100), ''];
  for (const commandTag of tags) server.encodeCommandComplete(writer, { commandTag });
  expect(tagsOf(writer.take())).toEqual(tags);
});

test('a tag without its zero byte is refused, also behind one that was remembered', () => {
  const writer = new Writer();
  server.encodeCommandComplete(writer, { commandTag: 'A' });
  const bytes = writer.take();
  const torn = [...bytes, ...bytes.map((byte, index) => (index === bytes.length - 1 ? 0x41 : byte))];
  const refused = (): unknown => {
    try {
      return tagsOf(Uint8Array.from(torn));
    } catch (error) {
      return isRemoteProtocolError(error) && error.code;
    }
  };
  expect(refused()).toBe('unterminated-string');
});
