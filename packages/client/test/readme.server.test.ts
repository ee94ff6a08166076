import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');

/** What the examples say that they print: the comments behind console.log. */
const promised = examples.flatMap((example) =>
  [...example.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map((match) => match[1] ?? ''),
);

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster.stop());

test('every example of the README runs and prints what it says', () => {
  expect(examples).toHaveLength(10);
  expect(promised).toHaveLength(22);
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
      { encoding: 'utf8', cwd: folder, timeout: 50_000, env: { ...process.env, CONNINFO: cluster.conninfo() } },
    );
    expect(run.stderr).toBe('');
    expect(run.stdout.trimEnd().split('\n')).toEqual(promised);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
