import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ hba: ['host all asked 127.0.0.1/32 scram-sha-256'] });
  await cluster.psql(`CREATE ROLE asked LOGIN PASSWORD 'sesame'`);
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE EXTENSION dblink; CREATE ROLE plain');
});

afterEach(async () => {
  await pg.exec('RESET ROLE; SELECT dblink_disconnect(name) FROM unnest(dblink_get_connections()) name');
  await pg.exec(`DO $$ BEGIN PERFORM dblink_disconnect(); EXCEPTION WHEN connection_does_not_exist THEN END $$`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

/** Connects over 127.0.0.1. */
const local = (more = ''): string => `host=127.0.0.1 port=${cluster.port} dbname=postgres ${more}`;
const pidOf = (name: string): Promise<unknown[][]> =>
  rowsOf(pg, `SELECT pid FROM dblink('${name}', 'select pg_backend_pid()') AS t(pid int)`);

async function kill(name: string): Promise<void> {
  const [[pid] = []] = await pidOf(name);
  await cluster.psql(`SELECT pg_terminate_backend(${pid}, 5000)`);
}

describe('dblink_connections', () => {
  it('shows every connection, the unnamed one first', async () => {
    expect(await rowsOf(pg, 'SELECT * FROM dblink_connections()')).toEqual([]);
    await pg.exec(`SELECT dblink_connect('${cluster.conninfo()}'), dblink_connect('b', '${local('user=asked password=sesame')}'),
      dblink_connect('a', '${local('user=postgres')}')`);
    const [[version] = []] = await rowsOf(
      pg,
      `SELECT v FROM dblink('select current_setting(''server_version'')') AS t(v text)`,
    );
    const sql = `SELECT connname, host, port, dbname, username, server_version, state, transaction_status, open_cursors,
      last_sqlstate, last_error, age >= '0' AND age < '10 minutes' FROM dblink_connections()`;
    const rest = [version, 'idle', 'idle', 0, null, null, true];
    expect(await rowsOf(pg, sql)).toEqual([
      [null, expect.any(String), cluster.port, 'postgres', 'postgres', ...rest],
      ['b', '127.0.0.1', cluster.port, 'postgres', 'asked', ...rest],
      ['a', '127.0.0.1', cluster.port, 'postgres', 'postgres', ...rest],
    ]);
    expect(JSON.stringify(await rowsOf(pg, 'SELECT * FROM dblink_connections()'))).not.toContain('sesame');
  });

  it('shows a socket as its folder and port', async () => {
    await pg.exec(
      `SELECT dblink_connect('s', 'host=${cluster.socketDir} port=${cluster.port} dbname=postgres user=postgres')`,
    );
    expect(await rowsOf(pg, 'SELECT host, port FROM dblink_connections()')).toEqual([
      [cluster.socketDir, cluster.port],
    ]);
  });

  it('follows states, transactions, cursors and errors', async () => {
    const state = async (): Promise<unknown> =>
      (
        await rowsOf(
          pg,
          `SELECT state, transaction_status, open_cursors, last_sqlstate, last_error FROM dblink_connections()`,
        )
      )[0];
    await pg.exec(`SELECT dblink_connect('c', '${cluster.conninfo()}')`);
    await pg.exec(`SELECT dblink_open('c', 'one', 'select 1'), dblink_open('c', 'two', 'select 1')`);
    expect(await state()).toEqual(['idle', 'in transaction', 2, null, null]);
    await pg.exec(`SELECT dblink_exec('c', 'nonsense', false)`);
    expect(await state()).toEqual(['idle', 'in error', 2, '42601', 'syntax error at or near "nonsense"']);
    await pg.exec(`SELECT dblink_exec('c', 'rollback')`);
    expect(await state()).toEqual(['idle', 'idle', 2, '42601', 'syntax error at or near "nonsense"']);
    await pg.exec(`SELECT dblink_send_query('c', 'select 1')`);
    expect(await state()).toEqual(['active', 'active', 2, '42601', 'syntax error at or near "nonsense"']);
    const result = `SELECT * FROM dblink_get_result('c') AS t(a int)`;
    await pg.exec(`${result}; ${result}`);
    await kill('c');
    await failureOf(pg, `SELECT dblink_exec('c', 'select 1')`);
    expect(await state()).toEqual([
      'lost',
      'unknown',
      2,
      '08006',
      expect.stringContaining('server closed the connection'),
    ]);
  });
});

describe('dblink_reconnect', () => {
  it('makes a lost connection again, and an open one too', async () => {
    await pg.exec(`SELECT dblink_connect('c', '${local('user=asked password=sesame')}')`);
    await pg.exec(`SELECT dblink_open('c', 'one', 'select 1')`);
    const first = await pidOf('c');
    await cluster.psql(`SELECT pg_terminate_backend(${first[0]?.[0]}, 5000)`);
    expect(await rowsOf(pg, `SELECT dblink_reconnect('c')`)).toEqual([['OK']]);
    const second = await pidOf('c');
    expect(second).not.toEqual(first);
    expect(await rowsOf(pg, `SELECT state, open_cursors, username FROM dblink_connections()`)).toEqual([
      ['idle', 0, 'asked'],
    ]);
    expect(await rowsOf(pg, `SELECT dblink_reconnect('c')`)).toEqual([['OK']]);
    expect(await pidOf('c')).not.toEqual(second);
    await pg.exec(`SELECT dblink_connect('${cluster.conninfo()}'), dblink_exec('set a.b = 1')`);
    expect(await rowsOf(pg, 'SELECT dblink_reconnect()')).toEqual([['OK']]);
    expect(await rowsOf(pg, `SELECT * FROM dblink('select current_setting(''a.b'', true)') AS t(b text)`)).toEqual([
      [null],
    ]);
  });

  it('looks a foreign server up anew', async () => {
    await pg.exec(`
      CREATE SERVER far FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host '127.0.0.1', port '${cluster.port}', dbname 'postgres');
      CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'postgres');
      SELECT dblink_connect('c', 'far');
      ALTER USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (SET user 'asked', ADD password 'sesame');
      SELECT dblink_reconnect('c')`);
    expect(await rowsOf(pg, 'SELECT username FROM dblink_connections()')).toEqual([['asked']]);
  });

  it('leaves the old connection where the new one cannot be made', async () => {
    await pg.exec(`SELECT dblink_connect('c', '${cluster.conninfo()}')`);
    const before = await pidOf('c');
    await pg.exec('SET ROLE plain');
    expect(await failureOf(pg, `SELECT dblink_reconnect('c')`)).toMatchObject({
      code: '2F003',
      message: 'password or GSSAPI delegated credentials required',
    });
    expect(await pidOf('c')).toEqual(before);
  });

  it('knows no connection that is not there', async () => {
    expect(await failureOf(pg, `SELECT dblink_reconnect('nosuch')`)).toMatchObject({
      code: '08003',
      message: 'connection "nosuch" not available',
    });
    expect(await failureOf(pg, 'SELECT dblink_reconnect()')).toMatchObject({ code: '08003' });
    expect(await rowsOf(pg, 'SELECT dblink_reconnect(NULL)')).toEqual([[null]]);
  });
});

describe('dblink_connect_if_not_exists', () => {
  it('connects once, and says so after that', async () => {
    const named = `SELECT dblink_connect_if_not_exists('c', '${cluster.conninfo()}')`;
    const unnamed = `SELECT dblink_connect_if_not_exists('${cluster.conninfo()}')`;
    expect(await noticesOf(pg, named)).toEqual([]);
    expect(await noticesOf(pg, unnamed)).toEqual([]);
    const before = [await pidOf('c'), await rowsOf(pg, `SELECT * FROM dblink('select pg_backend_pid()') AS t(p int)`)];
    expect(await noticesOf(pg, named)).toMatchObject([
      { severity: 'NOTICE', code: '42710', message: 'connection "c" already exists, skipping' },
    ]);
    expect(await noticesOf(pg, unnamed)).toMatchObject([{ message: 'unnamed connection already exists, skipping' }]);
    expect(await rowsOf(pg, named)).toEqual([['OK']]);
    expect([await pidOf('c'), await rowsOf(pg, `SELECT * FROM dblink('select pg_backend_pid()') AS t(p int)`)]).toEqual(
      before,
    );
  });

  it('takes a lost connection for none', async () => {
    await pg.exec(`SELECT dblink_connect('c', '${cluster.conninfo()}')`);
    await kill('c');
    await failureOf(pg, `SELECT dblink_exec('c', 'select 1')`);
    expect(await noticesOf(pg, `SELECT dblink_connect_if_not_exists('c', '${local('user=postgres')}')`)).toEqual([]);
    expect(await rowsOf(pg, 'SELECT state, host FROM dblink_connections()')).toEqual([['idle', '127.0.0.1']]);
  });

  it("holds callers to dblink_connect's rules", async () => {
    await pg.exec('SET ROLE plain');
    expect(await failureOf(pg, `SELECT dblink_connect_if_not_exists('c', '${cluster.conninfo()}')`)).toMatchObject({
      code: '2F003',
    });
    await pg.exec(`SELECT dblink_connect_if_not_exists('c', '${local('user=asked password=sesame')}')`);
    expect(await rowsOf(pg, 'SELECT username FROM dblink_connections()')).toEqual([['asked']]);
  });
});
