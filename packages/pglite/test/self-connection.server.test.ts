import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster, startFakeProcess } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createControl, dblink, setSelfAddresses } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

// The addresses of a real server stand for those of the embedded database: nothing but the addresses counts.
const control = createControl();
let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink({ control, loopTimeoutMs: 500 }) } });
  await pg.exec('CREATE EXTENSION dblink');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

const connect = (conninfo: string): string => `SELECT dblink_connect('n', '${conninfo} user=postgres')`;

it.each([
  ['127.0.0.1', '127.0.0.1', 'host=127.0.0.1'],
  ['localhost', '127.0.0.1', 'host=localhost'],
  ['another loopback address', '127.0.0.1', 'host=127.0.0.2'],
  ['::1', '::1', 'host=::1'],
  ['hostaddr behind another name', '127.0.0.1', 'host=elsewhere.example hostaddr=127.0.0.1'],
  ['an address of a wildcard listener', '0.0.0.0', 'host=127.0.0.1'],
  ['an IPv6 wildcard listener', '::', 'host=localhost'],
  ['an IPv4 address written as IPv6', '127.0.0.1', 'host=::ffff:127.0.0.1'],
])('refuses the own TCP address at once: %s', async (_name, host, conninfo) => {
  setSelfAddresses(control, [{ kind: 'tcp', host, port: cluster.port }]);
  const failure = await failureOf(pg, connect(`${conninfo} port=${cluster.port}`));
  expect(failure).toMatchObject({ code: '08001', message: 'could not establish connection' });
  expect(failure.detail).toContain('the connection would wait for itself for ever');
  expect(await rowsOf(pg, 'SELECT dblink_get_connections()')).toEqual([[null]]);
});

it('refuses the own unix socket, also by another path', async () => {
  const path = join(cluster.socketDir, `.s.PGSQL.${cluster.port}`);
  setSelfAddresses(control, [{ kind: 'unix', path }]);
  const other = join(cluster.socketDir, '.s.PGSQL.7');
  await symlink(path, other);
  for (const port of [cluster.port, 7]) {
    const failure = await failureOf(pg, connect(`host=${cluster.socketDir} port=${port}`));
    expect(failure).toMatchObject({ code: '08001' });
    expect(failure.detail).toContain('wait for itself');
  }
});

it('reaches another port of the same machine', async () => {
  setSelfAddresses(control, [{ kind: 'tcp', host: '127.0.0.1', port: cluster.port + 1 }]);
  expect(await rowsOf(pg, connect(`host=127.0.0.1 port=${cluster.port}`))).toEqual([['OK']]);
  await pg.exec("SELECT dblink_disconnect('n')");
});

it('gives up on a road that may lead back by a proxy, and says why', async () => {
  const proxy = await startFakeProcess({ connections: [[{ do: 'hang' }]] });
  setSelfAddresses(control, [{ kind: 'tcp', host: '127.0.0.1', port: cluster.port }]);
  const failure = await failureOf(pg, connect(`host=127.0.0.1 port=${proxy.port}`));
  await proxy.stop();
  expect(failure).toMatchObject({
    code: '08001',
    detail:
      'No answer within 0.5 s. If the address leads back to the embedded database, the connection waits for itself.',
  });
});
