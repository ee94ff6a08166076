import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
/** What the examples say that they print, in the order in which they do. */
const PRINTED = [
  "1 één [ '1.50', '2.25' ]",
  'CREATE TABLE',
  'true',
  "[ [ '1' ], [ '2' ] ]",
  '22012 division by zero',
  'ERROR',
  "[ [ 'north' ] ]",
  "[ [ 'south' ] ]",
  '{ name: "o\'brien", list: [ 1, null ] }',
  "{ id: 7, tags: [ 'a', 'b' ] }",
  "[ { name: 'price', type: 'numeric(10,2)' } ]",
  'orders idle idle',
  "[ { n: 42, source: 'north' }, { n: 42, source: 'south' } ] 1",
  'orders counted',
  '1 1',
  `[ 'Values Scan on "*VALUES*"  (cost=0.00..0.03 rows=2 width=4)' ]`,
  '42883 while executing query on dblink connection named "c"',
];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

it('every example of the README runs and prints what it says', () => {
  expect(examples).toHaveLength(10);
  for (const line of PRINTED) expect(readme).toContain(`// ${line}`);
  const scratch = mkdtempSync(join(folder, 'test', '.readme-'));
  try {
    for (const [at, example] of examples.entries()) writeFileSync(join(scratch, `${at}.ts`), example);
    const imports = examples.map((_, at) => `await import('./${at}.ts');\n`).join('');
    writeFileSync(join(scratch, 'all.ts'), `${imports}export {};\n`);
    const run = spawnSync(
      process.execPath,
      ['--conditions=@pg-dblink/source', '--import', 'tsx', join(scratch, 'all.ts')],
      { encoding: 'utf8', cwd: folder, timeout: 50_000, env: { ...process.env, ORDERS_CONNINFO: cluster.conninfo() } },
    );
    expect(run.stderr).toBe('');
    expect(run.stdout.trimEnd().split('\n')).toEqual(PRINTED);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});
