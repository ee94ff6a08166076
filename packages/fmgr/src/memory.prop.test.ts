import fc from 'fast-check';
import { it } from 'vitest';
import { Heap } from './memory.ts';
import { wasm } from './runtime.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

it('writes what lies in shared memory, wherever it lies', () => {
  const heap = new Heap(new wasm.Memory({ initial: 2 }));
  const shared = new Uint8Array(new SharedArrayBuffer(100_000)).map((_, at) => (at * 31 + (at >> 8)) & 0xff);
  const length = fc.oneof(fc.nat(600), fc.integer({ min: 32_000, max: 70_000 }));
  fc.assert(
    fc.property(fc.nat(64), fc.nat(64), length, (at, from, byteLength) => {
      heap.bytes.fill(0);
      heap.write(at, shared.subarray(from, from + byteLength));
      const expected = Buffer.from(shared.slice(from, from + byteLength));
      const { bytes } = heap;
      return (
        expected.equals(bytes.subarray(at, at + byteLength)) &&
        (at === 0 || bytes[at - 1] === 0) &&
        bytes[at + byteLength] === 0
      );
    }),
    { numRuns: Math.min(numRuns, 10_000) },
  );
});
