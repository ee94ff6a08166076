import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/* The examples of the README at the root, as written but for the server that they connect to. */

const run = promisify(execFile);
const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
const CONNINFO = 'host=localhost dbname=postgres user=postgres';
const cwd = fileURLToPath(new URL('..', import.meta.url));

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster.stop());

/** An example of the README that connects, now to our server. */
function atOurServer(example: string): string {
  expect(example).toContain(CONNINFO);
  return example.replaceAll(CONNINFO, cluster.conninfo());
}

describe('the README at the root', () => {
  it('has a program that prints what it says', async () => {
    const [, code = '', output] = /^```ts\n([\s\S]*?)^```\n+```text\n([\s\S]*?)^```/m.exec(README) ?? [];
    // Where the packages resolve, and nobody looks for sources.
    mkdirSync(join(cwd, 'node_modules'), { recursive: true });
    const folder = mkdtempSync(join(cwd, 'node_modules', '.readme-'));
    try {
      writeFileSync(join(folder, 'example.mjs'), atOurServer(code));
      const { stdout } = await run(process.execPath, [join(folder, 'example.mjs')]);
      expect(stdout).toBe(output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has a command that shows the version of a server', async () => {
    const [, sql = ''] = /^npx dblink -c "(.*)"$/m.exec(README) ?? [];
    const { stdout } = await run('npx', ['--no-install', 'dblink', '-c', atOurServer(sql)], { cwd });
    expect(stdout).toMatch(/^ +version +\n-+\n PostgreSQL 18\.\d+ .*\n\(1 row\)\n\n$/);
  });
});
