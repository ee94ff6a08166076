import { expect, test } from 'vitest';
import { encodeModule, type FunctionDefinition, Signatures, signed, unsigned } from './encoding.ts';
import * as w from './instructions.ts';

test('LEB128 is as the core specification writes it', () => {
  expect(unsigned(0)).toEqual([0]);
  expect(unsigned(127)).toEqual([0x7f]);
  expect(unsigned(624_485)).toEqual([0xe5, 0x8e, 0x26]);
  expect(unsigned(0xffffffff)).toEqual([0xff, 0xff, 0xff, 0xff, 0x0f]);
  expect(signed(-123_456)).toEqual([0xc0, 0xbb, 0x78]);
  expect(signed(63)).toEqual([0x3f]);
  expect(signed(64)).toEqual([0xc0, 0x00]);
  expect(signed(-1)).toEqual([0x7f]);
});

function run(definition: Omit<FunctionDefinition, 'exportedAs'>, ...operands: readonly (number | bigint)[]): unknown {
  const bytes = encodeModule({ imports: [], functions: [{ exportedAs: 'run', ...definition }] }, new Signatures());
  const exported = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports['run'];
  return typeof exported === 'function' ? exported(...operands) : undefined;
}

test('constants of every size survive', () => {
  for (const value of [0, -1, 1, 127, 128, 2 ** 31 - 1, -(2 ** 31)]) {
    expect(run({ signature: { parameters: [], results: ['i32'] }, locals: [], body: w.i32(value) })).toBe(value);
  }
  for (const value of [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x0101010101010101n]) {
    expect(run({ signature: { parameters: [], results: ['i64'] }, locals: [], body: w.i64(value) })).toBe(value);
  }
});

test('a loop with a branch sums', () => {
  const [count, sum] = [0, 1];
  const body = [
    ...w.block(
      w.loop(
        w.branchIf(w.isZero(w.get(count)), 1),
        w.set(sum, w.add(w.get(sum), w.get(count))),
        w.set(count, w.sub(w.get(count), w.i32(1))),
        w.branch(0),
      ),
    ),
    ...w.get(sum),
  ];
  expect(run({ signature: { parameters: ['i32'], results: ['i32'] }, locals: ['i32'], body }, 100)).toBe(5050);
});

test('equal signatures share an index', () => {
  const signatures = new Signatures();
  const first = signatures.indexOf({ parameters: ['i32'], results: [] });
  expect(signatures.indexOf({ parameters: ['i64'], results: [] })).toBe(first + 1);
  expect(signatures.indexOf({ parameters: ['i32'], results: [] })).toBe(first);
});
