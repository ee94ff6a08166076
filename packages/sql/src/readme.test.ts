import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');

/** What an example says it prints: comments after console.log, and lines that are nothing but a comment after output. */
const promised = examples.flatMap((example) =>
  example.split('\n').flatMap((line) => {
    const printed = /console\.log\(.*\); \/\/ (.*)$/.exec(line) ?? /^\/\/ (?![A-Z])(.*)$/.exec(line);
    return printed === null ? [] : [printed[1]];
  }),
);

test('every example of the README runs and prints what it says', { timeout: 60_000 }, () => {
  expect(examples.length).toBe(6);
  expect(promised.length).toBe(12);
  const scratch = mkdtempSync(join(folder, 'test', '.readme-'));
  try {
    for (const [at, example] of examples.entries()) writeFileSync(join(scratch, `${at}.ts`), example);
    // Long lines stay lines.
    const start = "const { inspect } = await import('node:util');\ninspect.defaultOptions.breakLength = Infinity;\n";
    const imports = examples.map((_, at) => `await import('./${at}.ts');\n`).join('');
    writeFileSync(join(scratch, 'all.ts'), `${start}${imports}export {};\n`);
    const run = spawnSync(
      process.execPath,
      ['--conditions=@pg-dblink/source', '--import', 'tsx', join(scratch, 'all.ts')],
      { encoding: 'utf8', cwd: folder, timeout: 50_000 },
    );
    expect(run.stderr).toBe('');
    expect(run.stdout.trimEnd().split('\n')).toEqual(promised);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
