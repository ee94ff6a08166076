import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink, type EgressPolicy } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let forbidden: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  forbidden = await startCluster();
  const egress: EgressPolicy = {
    hosts: ['localhost'],
    networks: ['127.0.0.1'],
    ports: [cluster.port],
    sockets: [cluster.socketDir],
  };
  pg = await PGlite.create({ extensions: { dblink: dblink({ egress }) } });
  await pg.exec('CREATE EXTENSION dblink');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
  await forbidden?.stop();
});

it.each([
  ['TCP', () => `host=127.0.0.1 port=${cluster.port}`],
  ['a name', () => `host=localhost port=${cluster.port}`],
  ['a unix socket', () => `host=${cluster.socketDir} port=${cluster.port}`],
  ['the second of two hosts', () => `host=127.0.0.1,127.0.0.1 port=${forbidden.port},${cluster.port}`],
])('what is allowed is reached: %s', async (_name, conninfo) => {
  expect(await rowsOf(pg, `SELECT * FROM dblink('${conninfo()} user=postgres', 'select 1') AS t(n int)`)).toEqual([
    [1],
  ]);
});

const REFUSED = { code: '42501', message: 'connection not allowed by the egress policy' };

it.each([
  ['another port', () => `host=127.0.0.1 port=${forbidden.port}`],
  ['hostaddr behind an allowed name', () => `host=localhost hostaddr=127.0.0.2 port=${cluster.port}`],
  ['IPv4 written as IPv6', () => `host=::ffff:127.0.0.2 port=${cluster.port}`],
  ['another directory', () => `host=${forbidden.socketDir} port=${forbidden.port}`],
  ['an abstract socket', () => `host=@${forbidden.socketDir} port=${forbidden.port}`],
])('what is not allowed is refused, by a string and by a foreign server: %s', async (_name, conninfo) => {
  const failure = await failureOf(pg, `SELECT dblink_connect('n', '${conninfo()} user=postgres')`);
  expect(failure).toMatchObject({ ...REFUSED, hint: expect.stringContaining('decides where') });
  expect(failure.detail).toContain('not allowed by the egress policy');
  expect(await rowsOf(pg, 'SELECT dblink_get_connections()')).toEqual([[null]]);
  const options = conninfo()
    .split(' ')
    .map((pair) => pair.replace(/^(\w+)=(.*)$/, "$1 '$2'"));
  const made = `CREATE SERVER s FOREIGN DATA WRAPPER dblink_fdw OPTIONS (${options.join(', ')});
    CREATE USER MAPPING FOR postgres SERVER s OPTIONS (user 'postgres')`;
  expect(await failureOf(pg, `BEGIN; ${made}; SELECT * FROM dblink('s', 'select 1') AS t(n int)`)).toMatchObject(
    REFUSED,
  );
  await pg.exec('ROLLBACK');
});

it('a server that is not there stays 08001, also beside one that is refused', async () => {
  const ports = `${forbidden.port},1`;
  const failure = await failureOf(
    pg,
    `SELECT dblink_connect('host=127.0.0.1,${cluster.socketDir} port=${ports} user=postgres')`,
  );
  expect(failure).toMatchObject({ code: '08001', message: 'could not establish connection' });
  expect(failure.detail).toMatch(/not allowed by the egress policy\n.*No such file or directory/);
});

it('cancel requests go where the connection went', async () => {
  await pg.exec(`SELECT dblink_connect('n', 'host=127.0.0.1 port=${cluster.port} user=postgres')`);
  expect(await rowsOf(pg, `SELECT dblink_send_query('n', 'select pg_sleep(60)'), dblink_cancel_query('n')`)).toEqual([
    [1, 'OK'],
  ]);
  await pg.exec("SELECT dblink_disconnect('n')");
});

it('a policy that cannot be understood is an error at once', () => {
  expect(() => dblink({ egress: { networks: ['db.example.com'] } })).toThrow('is no network');
});
