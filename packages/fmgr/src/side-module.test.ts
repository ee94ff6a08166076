import { expect, test } from 'vitest';
import { buildSideModule, hookName, LOADED } from './side-module.ts';

const BASE = 4096;

function load(hook: (index: number, call: number) => number): {
  memory: WebAssembly.Memory;
  exports: WebAssembly.Exports;
} {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(buildSideModule({ name: 'lib', version: '1.2' }, ['first', 'second']));
  const env = { memory, __memory_base: new WebAssembly.Global({ value: 'i32' }, BASE), [hookName('lib')]: hook };
  return { memory, exports: new WebAssembly.Instance(module, { env }).exports };
}

const call = (exports: WebAssembly.Exports, name: string, ...operands: readonly number[]): unknown => {
  const exported = exports[name];
  return typeof exported === 'function' ? exported(...operands) : 'missing';
};

test('the dylink section says how much memory the library wants', () => {
  const bytes = buildSideModule({ name: 'lib', version: '1.2' }, ['first']);
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'dylink.0');
  // WASM_DYLINK_MEM_INFO of five bytes: memory 76 = 64 + 4 + "lib\0" + "1.2\0", aligned to 8; no table.
  expect([...new Uint8Array(section ?? new ArrayBuffer(0))]).toEqual([1, 4, 76, 3, 0, 0]);
});

test('each symbol passes its index and the call on, and the answer back', () => {
  const seen: number[][] = [];
  const { exports } = load((...operands) => {
    seen.push(operands);
    return 42;
  });
  expect(call(exports, 'first', 1000)).toBe(42);
  expect(call(exports, 'second', 2000)).toBe(42);
  expect(call(exports, '_PG_init')).toBeUndefined();
  expect(seen).toEqual([
    [0, 1000],
    [1, 2000],
    [LOADED, 0],
  ]);
});

test('the magic block and the info records lie where they are said to lie', () => {
  const { memory, exports } = load(() => 0);
  const view = new DataView(memory.buffer);
  const magic = Number(call(exports, 'Pg_magic_func'));
  expect(magic).toBe(BASE);
  expect([0, 4, 8, 12, 16, 20].map((offset) => view.getInt32(magic + offset, true))).toEqual([
    64, 1800, 100, 32, 64, 0,
  ]);
  const text = (at: number): string => {
    const bytes = new Uint8Array(memory.buffer, at);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  };
  expect(text(magic + 24)).toBe('PostgreSQL');
  expect(text(view.getInt32(magic + 56, true))).toBe('lib');
  expect(text(view.getInt32(magic + 60, true))).toBe('1.2');
  for (const symbol of ['first', 'second']) {
    expect(view.getInt32(Number(call(exports, `pg_finfo_${symbol}`)), true)).toBe(1);
  }
});
