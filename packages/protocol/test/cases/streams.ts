import { backendLimits, FrameReader, type JoinedMemory } from '../../src/index.ts';
import { frontendLimits } from '../../src/server.ts';
import type { MessageCase } from './message-case.ts';

/** A fresh reader for one kind of stream. */
export function readerFor(kind: MessageCase['reader'], joinedMemory: JoinedMemory = 'fresh'): FrameReader {
  switch (kind) {
    case 'backend':
      return new FrameReader(backendLimits(), 'typed', joinedMemory);
    case 'frontend':
      return new FrameReader(frontendLimits(), 'typed', joinedMemory);
    case 'first':
      return new FrameReader(frontendLimits(), 'untyped', joinedMemory);
  }
}

/** Cuts bytes at the given positions, which may repeat and lie in any order. */
export function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const sorted = positions.map((position) => position % (bytes.byteLength + 1)).sort((left, right) => left - right);
  return [...sorted, bytes.byteLength].map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
}

/** Every message that the chunks make, tag and body as text. */
export function framesOf(reader: FrameReader, chunks: readonly Uint8Array[]): string[] {
  const frames: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      frames.push(`${frame.tag}:${frame.bytes.subarray(frame.start, frame.end).join(',')}`);
    }
  }
  return frames;
}
