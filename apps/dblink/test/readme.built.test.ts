import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { dblink } from './built.ts';
import { stripTypeScriptTypes } from './strip-types.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const blocks = [...readme.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language, text]) => ({
  language,
  text: text ?? '',
}));

test('the first example prints what stands below it', async () => {
  expect(blocks[0]).toStrictEqual({ language: 'sh', text: 'npx dblink -c "select 40 + 2 as answer"\n' });
  expect(await dblink(['-c', 'select 40 + 2 as answer'])).toMatchObject({
    status: 0,
    stdout: blocks[1]?.text,
    stderr: '',
  });
});

test('the program prints what stands below it', () => {
  const at = blocks.findIndex(({ language }) => language === 'ts');
  const folder = mkdtempSync(join(fileURLToPath(new URL('.', import.meta.url)), 'readme-'));
  try {
    const path = join(folder, 'example.mjs');
    writeFileSync(path, stripTypeScriptTypes(blocks[at]?.text ?? ''));
    const output = execFileSync(process.execPath, [path], { encoding: 'utf8', timeout: 120_000 });
    expect(output).toBe(blocks[at + 1]?.text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('connection strings are shown with their sources', async () => {
  const { status, stdout } = await dblink(['conninfo', 'postgresql://me@a,b:5433/db?sslmode=verify-full'], '', {
    HOME: '/nonexistent',
  });
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ sslmode +\| verify-full +\| string *$/m);
  expect(stdout).toMatch(/^ port +\| ,5433 +\| string *$/m);
});
