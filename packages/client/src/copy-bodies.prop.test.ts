import { Writer } from '@pg-dblink/protocol';
import { encodeCopyData } from '@pg-dblink/protocol/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinCopyBodies } from './copy-bodies.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

test('the data of a run of messages side by side, wherever in a chunk the run begins', () => {
  const body = fc.uint8Array({ maxLength: 70 });
  const around = fc.uint8Array({ maxLength: 9 });
  fc.assert(
    fc.property(fc.array(body, { minLength: 1, maxLength: 12 }), around, around, (bodies, before, after) => {
      const writer = new Writer();
      for (const data of bodies) encodeCopyData(writer, { data });
      const run = writer.take();
      const chunk = Buffer.concat([before, run, after]);
      const joined = joinCopyBodies(chunk, before.length, before.length + run.length, bodies.length);
      expect(Buffer.from(joined).equals(Buffer.concat(bodies))).toBe(true);
      // Memory of its own, of no more than its size: the chunk's is read into again.
      expect(joined.buffer.byteLength).toBe(joined.byteLength);
    }),
    { numRuns },
  );
});
