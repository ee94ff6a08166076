import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = join(import.meta.dirname, '..');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match) => match[1] ?? '');
/** What the examples say that they print, in the order in which they do; `localhost` may be either loopback address. */
const PRINTED = [
  "{ id: 3, total: '4.50' }",
  'The embedded database itself listens at ::1, port 6543: the connection would wait for itself for ever.',
  '57014 canceling statement due to statement timeout',
  '42501 connection not allowed by the egress policy',
  "O'BRIEN'; --",
  "{ item: 'pen', price: '1.50' } { item: 'pen', pieces: 2 }",
  "[ { connname: 'orders', state: 'idle', open_cursors: 0 } ]\nThere is no connection or foreign server named \"ordes\"; it was read as a connection string.",
  "2 [ { source: 'host=/nowhere', sqlstate: '08001' } ]",
  "{ statements: 1, rows: 1 } { line: 'Function Scan on generate_series g' }",
];

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

it('every example of the README says what it prints', () => {
  expect(examples).toHaveLength(PRINTED.length);
  for (const line of PRINTED.join('\n').split('\n')) expect(readme).toContain(`// ${line}`);
});

it.each(PRINTED.map((printed, at) => ({ printed, at })))(
  'the example that prints $printed runs, prints that and ends by itself',
  ({ printed, at }) => {
    const scratch = mkdtempSync(join(folder, 'test', '.readme-'));
    try {
      const file = join(scratch, 'example.ts');
      writeFileSync(file, `${examples[at]}\nexport {};\n`);
      const run = spawnSync(process.execPath, ['--conditions=@pg-dblink/source', '--import', 'tsx', file], {
        encoding: 'utf8',
        cwd: folder,
        timeout: 110_000,
        env: { ...process.env, ORDERS_CONNINFO: cluster.conninfo() },
      });
      expect(run.stderr).toBe('');
      expect(run.stdout.trimEnd().replace('127.0.0.1', '::1')).toBe(printed);
      expect(run.status).toBe(0);
    } finally {
      rmSync(scratch, { recursive: true });
    }
  },
  120_000,
);
