import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backendCases, replicationCases } from '../test/cases/backend-cases.ts';
import { frontendCases } from '../test/cases/frontend-cases.ts';
import { asInput, inputKinds } from '../test/cases/inputs.ts';
import { type MessageCase, show } from '../test/cases/message-case.ts';
import { readerFor } from '../test/cases/streams.ts';
import { Writer } from './index.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

function roundTrip({ reader: kind, decode, samples }: MessageCase): void {
  const writer = new Writer();
  fc.assert(
    fc.property(samples, inputKinds, (sample, inputKind) => {
      sample.write(writer);
      const written = writer.take();
      if (show(written) !== show(Uint8Array.from(sample.bytes))) {
        expect(Array.from(written)).toEqual(sample.bytes);
      }
      const reader = readerFor(kind);
      reader.push(asInput(written, inputKind));
      const frame = reader.next();
      if (frame === undefined) return expect.unreachable('a whole message was not recognised');
      const decoded = show(decode(frame));
      if (decoded !== show(sample.decoded)) expect(decoded).toBe(show(sample.decoded));
      expect(reader.next()).toBeUndefined();
    }),
    { numRuns },
  );
}

describe('encoded as the independent builder does, and decoded to what it was', () => {
  test.each(
    [...frontendCases, ...backendCases, ...replicationCases].map((message) => [message.name, message] as const),
  )('%s', (_, message) => roundTrip(message));
});
