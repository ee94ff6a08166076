import { backendLimits, FrameReader, Writer } from '@pg-dblink/protocol';
import { encodeRowDescription } from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { DescriptionMemory } from './description-memory.ts';

const field = { tableOid: 0, columnNumber: 0, typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 };

function fieldsOf(memory: DescriptionMemory, name: string, columns = 1): readonly { readonly name: string }[] {
  const writer = new Writer();
  encodeRowDescription(writer, { fields: Array.from({ length: columns }, () => ({ ...field, name })) });
  const [frame] = new FrameReader(backendLimits()).frames(writer.take());
  if (frame === undefined) throw new Error('the description is not whole');
  return memory.fieldsOf(frame);
}

test('equal descriptions have the same fields, others never', () => {
  const memory = new DescriptionMemory();
  const first = fieldsOf(memory, 'a');
  expect(fieldsOf(memory, 'b')[0]?.name).toBe('b');
  expect(fieldsOf(memory, 'a')).toBe(first);
  expect(fieldsOf(memory, 'a', 2)).toHaveLength(2);
  expect(fieldsOf(memory, 'c')).not.toBe(first);
});

test('what has not been seen for long, or is long, is forgotten', () => {
  const memory = new DescriptionMemory();
  const first = fieldsOf(memory, 'a');
  for (const name of 'bcdefghi') fieldsOf(memory, name);
  expect(fieldsOf(memory, 'a')).not.toBe(first);
  expect(fieldsOf(memory, 'i')).toBe(fieldsOf(memory, 'i'));
  expect(fieldsOf(memory, 'long', 500)).not.toBe(fieldsOf(memory, 'long', 500));
});
