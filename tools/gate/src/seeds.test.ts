import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readClosingLine } from './layers.ts';
import { keepSeed, readSeeds } from './seeds.ts';

const dir = mkdtempSync(join(tmpdir(), 'pg-dblink-seeds-'));
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('keeps a seed once', () => {
  const file = join(dir, 'seeds.json');
  const seed = { file: 'a.prop.test.ts', test: 'holds', seed: 7, path: '3:1' };
  expect(readSeeds(file)).toEqual([]);
  keepSeed(seed, file);
  keepSeed({ ...seed, seed: 8 }, file);
  keepSeed(seed, file);
  expect(readSeeds(file)).toEqual([seed, { ...seed, seed: 8 }]);
});

it('counts a process that failed without counting a failure, and takes the last closing line', () => {
  expect(readClosingLine('1 passed, 2 failed\n3 passed, 0 failed\n', 0)).toEqual({ passed: 3, failed: 0, skipped: [] });
  expect(readClosingLine('skipped: x: why\n3 passed, 0 failed, 1 skipped\n', 1)).toEqual({
    passed: 3,
    failed: 1,
    skipped: ['x: why'],
  });
  expect(readClosingLine('crashed', 1)).toEqual({ passed: 0, failed: 1, skipped: [] });
  expect(readClosingLine('', 0)).toEqual({ passed: 1, failed: 0, skipped: [] });
});
