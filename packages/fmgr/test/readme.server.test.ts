import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const packageFolder = join(import.meta.dirname, '..');
const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const outputOf = (example: string): string[] =>
  [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] ?? '');

test('the README has examples that print', () => {
  expect(examples.length).toBe(3);
  expect(examples.filter((example) => outputOf(example).length > 0).length).toBe(2);
});

test.each(examples.map((example, index) => ({ index, example })))('README example $index runs', ({ example }) => {
  const folder = mkdtempSync(join(packageFolder, 'test', '.readme-'));
  try {
    const file = join(folder, 'example.ts');
    writeFileSync(file, example);
    const run = spawnSync(process.execPath, ['--conditions=@pg-dblink/source', '--import', 'tsx', file], {
      encoding: 'utf8',
      timeout: 60_000,
      cwd: packageFolder,
    });
    expect(run.stderr).toBe('');
    expect(run.status).toBe(0);
    expect(run.stdout.trim().split('\n').filter(Boolean)).toEqual(outputOf(example));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
