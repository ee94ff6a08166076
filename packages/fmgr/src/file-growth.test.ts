import { expect, test } from 'vitest';
import type { EngineModule } from './extension-files.ts';
import { doubleFileGrowth } from './file-growth.ts';

const MEBIBYTE = 1024 * 1024;

function moduleWith(MEMFS: unknown): EngineModule {
  const FS = { mkdirTree: () => undefined, writeFile: () => undefined };
  const module: EngineModule = { FS, WASM_PREFIX: '/', MEMFS };
  for (const run of doubleFileGrowth({ instantiateWasm: () => ({}) }).preRun ?? []) run(module);
  return module;
}

test('large files grow by doubling, then by 256 MiB; small ones and sufficient ones are left to Emscripten', () => {
  const asked: number[] = [];
  const MEMFS = { expandFileStorage: (_: { contents: { length: number } }, capacity: number) => asked.push(capacity) };
  moduleWith(MEMFS);
  const expand = (present: number, capacity: number): void =>
    void MEMFS.expandFileStorage({ contents: { length: present } }, capacity);
  expand(0, 8192);
  expand(MEBIBYTE - 1, MEBIBYTE);
  expand(MEBIBYTE, MEBIBYTE + 8192);
  expand(64 * MEBIBYTE, 64 * MEBIBYTE + 1);
  expand(512 * MEBIBYTE, 512 * MEBIBYTE + 1);
  expand(2 * MEBIBYTE, 10 * MEBIBYTE);
  expand(2 * MEBIBYTE, MEBIBYTE);
  expect(asked).toEqual([8192, MEBIBYTE, 2 * MEBIBYTE, 128 * MEBIBYTE, 768 * MEBIBYTE, 10 * MEBIBYTE, MEBIBYTE]);
});

test('a file system of another shape is left alone', () => {
  for (const MEMFS of [undefined, null, {}, { expandFileStorage: 1 }]) {
    expect(moduleWith(MEMFS).MEMFS).toBe(MEMFS);
  }
});
