import { expect, test } from 'vitest';
import { assemble } from './assemble.ts';

function run(fields: string, ...values: readonly (number | bigint)[]): unknown {
  const module = new WebAssembly.Module(Uint8Array.from(assemble(`(memory (export "memory") 1) ${fields}`)));
  const { main } = new WebAssembly.Instance(module).exports as Record<string, (...values: unknown[]) => unknown>;
  return main?.(...values);
}

test('a function that is not exported becomes part of those that call it, wherever they do', () => {
  const fields = `
    (func $half (param $n i32) (result i32) (i32.shr_u (local.get $n) (i32.const 1)))
    (func $quarter (param $n i32) (result i32) (call $half (call $half (local.get $n))))
    (func $main (export "main") (param $n i32) (result i32)
      (i32.add (call $quarter (local.get $n)) (i32.mul (call $half (local.get $n)) (i32.const 1000))))`;
  expect(run(fields, 40)).toBe(20_010);
});

test('branches name the construct that they leave or begin again', () => {
  const fields = `
    (func $main (export "main") (param $n i32) (result i32) (local $sum i32)
      (block $done
        (loop $next
          (br_if $done (i32.eqz (local.get $n)))
          ;; Odd numbers count.
          (if (i32.and (local.get $n) (i32.const 1))
            (then (local.set $sum (i32.add (local.get $sum) (local.get $n))))
            (else (local.set $sum (i32.add (local.get $sum) (i32.const 0x100)))))
          (local.set $n (i32.sub (local.get $n) (i32.const 1)))
          (br $next)))
      (local.get $sum))`;
  expect(run(fields, 5)).toBe(9 + 0x200);
});

test('constants of 64 bits, data, and addresses with an offset', () => {
  const fields = `
    (data (i32.const 8) "\\01\\00\\00\\80" "\\00\\00\\00\\00")
    (func $main (export "main") (param $n i64) (result i64)
      (i64.sub (i64.load offset=8 (i32.const 0)) (i64.mul (local.get $n) (i64.const 0xffffffffffffffff))))`;
  expect(run(fields, 4n)).toBe(0x8000_0005n);
});

test.each([
  ['(func $main (export "main") (nop))', 'nop is no instruction that is used here'],
  ['(func $main (export "main") (local.set $x (i32.const 1)))', '$main has no local called $x'],
  ['(func $main (export "main") (br $out))', 'no construct around this is called $out'],
  ['(func $main (export "main") (call $main))', '$main cannot be called so'],
  ['(func $main (export "main")', 'a parenthesis is not closed'],
  ['(start $main)', 'a module has one memory, functions and data here'],
])('%s is refused', (fields, message) => {
  expect(() => run(fields)).toThrow(message);
});
