import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const folder = join(import.meta.dirname, '..');
let cluster: Cluster;

beforeAll(async () => {
  // Without a build this test would say nothing about it.
  expect(existsSync(join(folder, 'dist', 'node.js'))).toBe(true);
  cluster = await startCluster();
});

afterAll(() => cluster?.stop());

function run(source: string, type: 'module' | 'commonjs'): string {
  const child = spawnSync(process.execPath, [`--input-type=${type}`, '--eval', source], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env['PATH'], CONNINFO: cluster.conninfo() },
  });
  expect(child.stderr).toBe('');
  return child.stdout.trim();
}

describe('what a build leaves, in plain Node', () => {
  test('import', () => {
    const source = `
      import { connect } from '@pg-dblink/client/node';
      import { isServerError } from '@pg-dblink/client';
      const connection = await connect(process.env.CONNINFO);
      console.log((await connection.query('select 6 * 7 as n'))[0].rows[0].n);
      await connection.query('select 1/0').catch((error) => console.log(isServerError(error), error.sqlState));
      await connection.close();
    `;
    expect(run(source, 'module')).toBe('42\ntrue 22012');
  });

  test('import of the node-postgres door', () => {
    const source = `
      import { Pool } from '@pg-dblink/client/pg';
      const pool = new Pool({ connectionString: process.env.CONNINFO });
      console.log((await pool.query('select $1::text as t', ['x'])).rows[0].t);
      await pool.end();
    `;
    expect(run(source, 'module')).toBe('x');
  });

  test('the general entry needs nothing of Node', () => {
    const source = `
      import { readFileSync } from 'node:fs';
      const seen = new Set();
      const visit = (file) => {
        if (seen.has(file)) return;
        seen.add(file);
        for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\\s*["'](\\.[^"']+|node:[^"']+)["']/g)) {
          if (name.startsWith('node:')) console.log(file, name);
          else visit(new URL(name, 'file://' + file).pathname);
        }
      };
      visit(process.cwd() + '/dist/index.js');
      visit(process.cwd() + '/dist/websocket.js');
      console.log(seen.size > 2);
    `;
    expect(run(source, 'module')).toBe('true');
  });
});
