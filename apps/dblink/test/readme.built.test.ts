import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { program } from './built.ts';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
/** A block of commands with the block of their output behind it. */
const example = /```sh\n((?:(?!```).)*)```\n\n```text\n(.*?)```/gs;
const examples = Array.from(readme.matchAll(example), ([, script = '', output = '']) => ({ script, output }));

let cluster: Cluster;
let folder: string;
beforeAll(async () => {
  cluster = await startCluster();
  folder = mkdtempSync(join(tmpdir(), 'dblink-readme-'));
  // `npx dblink` as a reader has it who has installed the package.
  writeFileSync(join(folder, 'npx'), `#!/bin/sh\nshift\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(join(folder, 'npx'), 0o755);
});
afterAll(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('has examples with their output', () => {
  expect(examples).toHaveLength(7);
});

it.each(examples)('$script', async ({ script, output }) => {
  const environment = {
    PATH: `${folder}:${process.env['PATH']}`,
    PGHOST: cluster.host,
    PGPORT: String(cluster.port),
    PGUSER: 'postgres',
  };
  const ended = await program('sh', ['-c', `cd '${folder}'\n${script}`], '', environment);
  expect(ended.stderr).toBe('');
  expect(ended.stdout).toBe(output);
});
