import { PGlite } from '@electric-sql/pglite';
import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ authenticationUsers: true });
  await cluster.psql('CREATE TABLE kept (a int)');
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`CREATE EXTENSION dblink; SELECT dblink_connect('n', '${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

describe('dblink_ledger', () => {
  it('has a row for each connection and one for temporary ones', async () => {
    await pg.exec('SELECT dblink_ledger_reset()');
    await rowsOf(
      pg,
      `SELECT * FROM dblink('n', $$select repeat('x', 1000) from generate_series(1, 1000)$$) AS t(a text)`,
    );
    await rowsOf(pg, `SELECT * FROM dblink('${cluster.conninfo()}', 'select 1') AS t(a int)`);
    await noticesOf(pg, `SELECT * FROM dblink('n', 'select 1/0', false) AS t(a int)`);
    await pg.exec(`SELECT dblink_connect('${cluster.conninfo()}')`);
    const rows = await rowsOf(
      pg,
      `SELECT connname, kind, errors, rows, bytes_received > 0, bytes_sent > 20,
        round_trips >= statements, milliseconds > 0 FROM dblink_ledger()`,
    );
    expect(rows).toEqual([
      [null, 'unnamed', 0, 0, false, false, true, false],
      ['n', 'named', 1, 1000, true, true, true, true],
      [null, 'temporary', 0, 1, true, true, true, true],
    ]);
    const [[bytes = 0] = []] = await rowsOf(pg, `SELECT bytes_received::int FROM dblink_ledger() WHERE connname = 'n'`);
    // A DataRow of one value of 1000 bytes has 1011.
    expect(Number(bytes) - 1_011_000).toBeGreaterThan(0);
    expect(Number(bytes) - 1_011_000).toBeLessThan(1000);
    await pg.exec('SELECT dblink_disconnect(), dblink_ledger_reset()');
    expect(await rowsOf(pg, 'SELECT sum(rows)::int, sum(statements)::int FROM dblink_ledger()')).toEqual([[0, 0]]);
  });
});

describe('dblink_explain', () => {
  it('gives the remote plan', async () => {
    const [[line = ''] = []] = await rowsOf(pg, `SELECT * FROM dblink_explain('n', 'select * from kept')`);
    expect(line).toMatch(/^Seq Scan on kept /);
    const [[json = ''] = []] = await rowsOf(
      pg,
      `SELECT dblink_explain('n', 'select * from kept', 'verbose, FORMAT json')`,
    );
    expect(JSON.parse(String(json))).toMatchObject([{ Plan: { 'Relation Name': 'kept', Output: ['a'] } }]);
    const named = `SELECT count(*)::int FROM dblink_explain(NULL, 'select 1')`;
    expect(await failureOf(pg, named)).toMatchObject({ code: '08003', message: 'connection not available' });
    expect(await failureOf(pg, `SELECT dblink_explain('select 1')`)).toMatchObject({ code: '08003' });
    expect(await rowsOf(pg, `SELECT dblink_explain('n', NULL)`)).toEqual([]);
  });

  it('executes nothing that writes unless it may', async () => {
    const sql = `dblink_explain('n', 'insert into kept values (1)', 'ANALYZE, TIMING off'`;
    expect(await failureOf(pg, `SELECT * FROM ${sql})`)).toMatchObject({
      code: '25006',
      message: 'cannot execute INSERT in a read-only transaction',
      hint: 'ANALYZE executes the statement. Say allow_writes if it shall write.',
      where: expect.stringContaining('while explaining query on dblink connection named "n"'),
    });
    expect((await rowsOf(pg, `SELECT * FROM ${sql}, allow_writes => true)`))[0]?.[0]).toMatch(/^Insert on kept/);
    expect((await cluster.psql('SELECT count(*) FROM kept'))[0]?.rows).toEqual([['1']]);
  });

  it.each([
    [`'select 1; drop table kept', ''`, 'cannot explain several statements at once'],
    [`'select 1', 'nonsense'`, 'unrecognized EXPLAIN option "nonsense"'],
    [`'select 1', 'format json) select 1; drop table kept --'`, 'unrecognized value for EXPLAIN option "format"'],
    [`'select 1', 'verbose''on'''`, 'unrecognized value for EXPLAIN option "verbose"'],
    [`'select 1', 'analyze,'`, 'unrecognized EXPLAIN option ""'],
  ])('refuses %s', async (args, message) => {
    expect(await failureOf(pg, `SELECT dblink_explain('n', ${args})`)).toMatchObject({
      code: '42601',
      message: expect.stringContaining(message),
    });
  });
});

describe('use_scram_passthrough', () => {
  const { user, password } = authenticationUsers['scram-sha-256'];

  it('without SCRAM keys: a password works as in C, and a failure says why there are no keys', async () => {
    await pg.exec(`CREATE SERVER pass FOREIGN DATA WRAPPER dblink_fdw
        OPTIONS (host '127.0.0.1', port '${cluster.port}', dbname 'postgres', use_scram_passthrough 'true');
      CREATE USER MAPPING FOR postgres SERVER pass OPTIONS (user '${user}')`);
    expect(await failureOf(pg, `SELECT * FROM dblink('pass', 'select 1') AS t(a int)`)).toMatchObject({
      code: '08001',
      detail: expect.stringContaining('no password supplied'),
      hint: 'use_scram_passthrough has no effect: this session did not log in with SCRAM. Use a password instead.',
    });
    await pg.exec(`ALTER SERVER pass OPTIONS (SET use_scram_passthrough 'false')`);
    expect(await failureOf(pg, `SELECT * FROM dblink('pass', 'select 1') AS t(a int)`)).toMatchObject({
      code: '08001',
      hint: undefined,
    });
    await pg.exec(`ALTER SERVER pass OPTIONS (SET use_scram_passthrough 'on');
      ALTER USER MAPPING FOR postgres SERVER pass OPTIONS (ADD password '${password}')`);
    expect(await rowsOf(pg, `SELECT * FROM dblink('pass', 'select current_user') AS t(u text)`)).toEqual([[user]]);
  });

  it('tells callers who are no superusers the same', async () => {
    await pg.exec(`CREATE ROLE plain; GRANT USAGE ON FOREIGN SERVER pass TO plain;
      CREATE USER MAPPING FOR plain SERVER pass OPTIONS (user '${user}'); SET ROLE plain`);
    const failure = await failureOf(pg, `SELECT * FROM dblink('pass', 'select 1') AS t(a int)`);
    await pg.exec('RESET ROLE');
    expect(failure).toMatchObject({ code: '2F003', hint: expect.stringContaining('did not log in with SCRAM') });
  });
});
