import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createControl, dblink } from '../src/index.ts';
import { cancelAfter } from './support/canceller.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';

const NAMES = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'];
const ALL = `'{${NAMES.join(',')}}'`;
const control = createControl();
let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ authenticationUsers: true });
  await cluster.psql('CREATE TABLE t (a int); INSERT INTO t VALUES (1), (2)');
  pg = await PGlite.create({ extensions: { dblink: dblink({ control }) } });
  await pg.exec('CREATE EXTENSION dblink');
  for (const name of NAMES) await pg.exec(`SELECT dblink_connect('${name}', '${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

describe('rows', () => {
  it('of every source come with its name', async () => {
    const sql = `SELECT source, a, b FROM dblink_gather('{n1,n2}', $$select a, 'é' || a from t$$)
      AS t(source text, a int, b text) ORDER BY 1, 2`;
    expect(await rowsOf(pg, sql)).toEqual([
      ['n1', 1, 'é1'],
      ['n1', 2, 'é2'],
      ['n2', 1, 'é1'],
      ['n2', 2, 'é2'],
    ]);
    expect(await rowsOf(pg, `SELECT * FROM dblink_gather('{}', 'select 1') AS t(s text, a int)`)).toEqual([]);
    expect(await rowsOf(pg, `SELECT * FROM dblink_gather(NULL, 'select 1') AS t(s text, a int)`)).toEqual([]);
  });

  it('of more than the ring holds stay whole and with their source', async () => {
    const sql = `SELECT source, count(*)::int, sum(a)::int, count(DISTINCT b)::int, min(length(b))
      FROM dblink_gather(${ALL}, $$select g, repeat('x', 50) || pg_backend_pid() from generate_series(1, 20000) g$$)
      AS t(source text, a int, b text) GROUP BY 1 ORDER BY 1`;
    const rows = await rowsOf(pg, sql);
    expect(rows.map((row) => row.slice(0, 4))).toEqual(NAMES.map((name) => [name, 20_000, 200_010_000, 1]));
    expect(await rowsOf(pg, sql.replace('source, count', 'source, count').replace(ALL, `'{n1}'`))).toHaveLength(1);
  });

  it('are read in the date style of the source that sent them', async () => {
    await pg.exec(
      `SELECT dblink_exec('n1', $$set datestyle = 'SQL, DMY'$$), dblink_exec('n2', $$set datestyle = 'SQL, MDY'$$)`,
    );
    const select = `select date '2024-02-03' + g from generate_series(0, 999) g`;
    const sql = `SELECT count(*)::int, count(DISTINCT d)::int, min(d)::text, max(d)::text
      FROM dblink_gather('{n1,n2,n3}', $$${select}$$) AS t(source text, d date)`;
    expect(await rowsOf(pg, sql)).toEqual([[3000, 1000, '2024-02-03', '2026-10-29']]);
    for (const name of ['n1', 'n2']) await pg.exec(`SELECT dblink_exec('${name}', 'reset datestyle')`);
  });

  it('of a command are its tag', async () => {
    const sql = `SELECT * FROM dblink_gather('{n1,n2}', 'create temp table gathered ()') AS t(source text, status text) ORDER BY 1`;
    expect(await rowsOf(pg, sql)).toEqual([
      ['n1', 'CREATE TABLE'],
      ['n2', 'CREATE TABLE'],
    ]);
  });

  it('come from foreign servers and connection strings, whose secrets are not shown', async () => {
    const options = `host '127.0.0.1', port '${cluster.port}', dbname 'postgres'`;
    await pg.exec(`CREATE SERVER s1 FOREIGN DATA WRAPPER dblink_fdw OPTIONS (${options});
      CREATE SERVER s2 FOREIGN DATA WRAPPER dblink_fdw OPTIONS (${options});
      CREATE USER MAPPING FOR postgres SERVER s1 OPTIONS (user 'postgres');
      CREATE USER MAPPING FOR postgres SERVER s2 OPTIONS (user 'trust_user')`);
    const conninfo = cluster.conninfo({ password: 'sesame' });
    const sql = `SELECT * FROM dblink_gather(ARRAY['s1', 's2', '${conninfo}'], 'select current_user') AS t(source text, who text)
      ORDER BY who, length(source)`;
    const rows = await rowsOf(pg, sql);
    expect(rows.slice(0, 1).concat(rows.slice(2))).toEqual([
      ['s1', 'postgres'],
      ['s2', 'trust_user'],
    ]);
    expect(rows[1]?.[0]).toContain('password=***');
    expect(JSON.stringify(rows)).not.toContain('sesame');
  });
});

describe('a source that fails', () => {
  const sql = `SELECT * FROM dblink_gather('{n1,nosuch,n2}', 'select pg_backend_pid() is not null') AS t(source text, b bool)`;

  it('is a warning with its name, and listed; the others have their rows', async () => {
    expect(await rowsOf(pg, `${sql} ORDER BY 1`)).toEqual([
      ['n1', true],
      ['n2', true],
    ]);
    const [warning] = await noticesOf(pg, sql);
    expect(warning).toMatchObject({
      severity: 'WARNING',
      code: '08001',
      message: 'source "nosuch": could not establish connection',
      detail: 'missing "=" after "nosuch" in connection info string',
    });
    expect(warning?.where).toContain('while gathering from "nosuch"');
    expect(await rowsOf(pg, 'SELECT source, sqlstate, message FROM dblink_gather_errors()')).toEqual([
      ['nosuch', '08001', 'could not establish connection'],
    ]);
    await rowsOf(pg, `SELECT * FROM dblink_gather('{n1}', 'select 1') AS t(source text, a int)`);
    expect(await rowsOf(pg, 'SELECT * FROM dblink_gather_errors()')).toEqual([]);
  });

  it('by a remote error keeps what it had sent, and its connection works', async () => {
    const failing = `select case when g = 2000 and current_setting('application_name') = 'x' then 1 / (g - 2000) else g end
      from generate_series(1, 2000) g`;
    await pg.exec(`SELECT dblink_exec('n2', $$set application_name = 'x'$$)`);
    const gathered = `SELECT source, count(*)::int FROM dblink_gather('{n1,n2}', $$${failing}$$) AS t(source text, a int)
      GROUP BY 1 ORDER BY 1`;
    const rows = await rowsOf(pg, gathered);
    expect(rows[0]).toEqual(['n1', 2000]);
    expect(Number(rows[1]?.[1] ?? 0)).toBeLessThan(2000);
    const [[source, sqlState, context] = []] = await rowsOf(
      pg,
      'SELECT source, sqlstate, context FROM dblink_gather_errors()',
    );
    expect([source, sqlState]).toEqual(['n2', '22012']);
    expect(context).toBe('while executing query on dblink connection named "n2"\nwhile gathering from "n2"');
    expect(await rowsOf(pg, `SELECT * FROM dblink('n2', 'select 1') AS t(a int)`)).toEqual([[1]]);
  });

  it('by its end in the middle is a warning; the others have their rows', async () => {
    await pg.exec(`SELECT dblink_connect('doomed', '${cluster.conninfo({ application_name: 'doomed' })}')`);
    const select = `select case when current_setting('application_name') = 'doomed'
      then pg_terminate_backend(pg_backend_pid()) and (select true from pg_sleep(5)) else true end`;
    const sql = `SELECT * FROM dblink_gather('{doomed,n1}', $$${select}$$) AS t(source text, b bool)`;
    expect(await rowsOf(pg, sql)).toEqual([['n1', true]]);
    expect(await rowsOf(pg, 'SELECT source, sqlstate, message FROM dblink_gather_errors()')).toEqual([
      ['doomed', '08006', expect.stringContaining('terminating connection due to administrator command')],
    ]);
    await pg.exec("SELECT dblink_disconnect('doomed')");
  });

  it('is one of few or of many inside functions, triggers and joins', async () => {
    await pg.exec(`CREATE FUNCTION total() RETURNS int LANGUAGE plpgsql AS $f$ DECLARE n int; BEGIN
      SELECT sum(a) INTO n FROM dblink_gather('{n1,nosuch,n3}', 'select a from t') AS t(source text, a int);
      RETURN n; EXCEPTION WHEN OTHERS THEN RETURN -1; END $f$`);
    expect(await rowsOf(pg, 'SELECT total(), (SELECT count(*)::int FROM dblink_gather_errors())')).toEqual([[6, 1]]);
    const lateral = `SELECT w.n, count(t.a)::int FROM (VALUES ('{n1}'), ('{n1,n2}')) w(n),
      LATERAL dblink_gather(w.n::text[], 'select a from t') AS t(source text, a int) GROUP BY 1 ORDER BY 1`;
    expect(await rowsOf(pg, lateral)).toEqual([
      ['{n1,n2}', 4],
      ['{n1}', 2],
    ]);
  });

  it('by another number of columns is one of them', async () => {
    const other = `SELECT * FROM dblink_gather('{n1}', 'select 1, 2') AS t(source text, a int)`;
    expect(await rowsOf(pg, other)).toEqual([]);
    expect(await rowsOf(pg, 'SELECT sqlstate, detail FROM dblink_gather_errors()')).toEqual([
      ['42804', "The source sends 2 columns, and the column list has 1 besides the source's name."],
    ]);
  });

  it('ends the statement when that is asked for, and stops the others', async () => {
    const slow = `select 1 / (current_setting('application_name') <> 'x')::int
      from pg_sleep(case current_setting('application_name') when 'x' then 0 else 30 end)`;
    const started = Date.now();
    const failure = await failureOf(
      pg,
      `SELECT * FROM dblink_gather(${ALL}, $$${slow}$$, fail_on_error => true) AS t(source text, a int)`,
    );
    expect(failure).toMatchObject({ code: '22012', message: 'division by zero' });
    expect(failure.where).toContain('while gathering from "n2"');
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(
      await rowsOf(pg, `SELECT count(*)::int FROM dblink_gather(${ALL}, 'select 1') AS t(source text, a int)`),
    ).toEqual([[8]]);
  });

  it.each([
    [`dblink_gather('{n1,n1}', 'select 1')`, '22023', 'connection "n1" is among the sources twice'],
    [`dblink_gather('{n1}', 'select 1', 0)`, '22023', 'maximum number of parallel sources must be at least 1'],
    [`dblink_gather('{n1,NULL}', 'select 1')`, '22004', 'sources must not be null'],
  ])('%s fails', async (call, code, message) => {
    expect(await failureOf(pg, `SELECT * FROM ${call} AS t(source text, a int)`)).toMatchObject({ code, message });
  });

  it('by several statements in one is refused by the server', async () => {
    await rowsOf(pg, `SELECT * FROM dblink_gather('{n1}', 'select 1; drop table t') AS t(source text, a int)`);
    expect(await rowsOf(pg, 'SELECT sqlstate, message FROM dblink_gather_errors()')).toEqual([
      ['42601', 'cannot insert multiple commands into a prepared statement'],
    ]);
  });

  it('here, by a value that cannot be converted, ends the statement as it does in dblink()', async () => {
    const wrong = `SELECT * FROM dblink_gather(${ALL}, $$select 'x'$$) AS t(source text, a int)`;
    expect(await failureOf(pg, wrong)).toMatchObject({ code: '22P02' });
    expect(
      await rowsOf(pg, `SELECT count(*)::int FROM dblink_gather(${ALL}, 'select 1') AS t(source text, a int)`),
    ).toEqual([[8]]);
  });
});

it('eight sources are asked at once, or as few as the caller wants', async () => {
  const counted = (max: number): string =>
    `SELECT max(c)::int FROM dblink_gather(${ALL}, $$select (select c from (select count(*) c from pg_stat_activity
      where query like '%counts together%' and state = 'active') x where pg_sleep(0.5) is not null)$$, ${max})
      AS t(source text, c int)`;
  expect(await rowsOf(pg, counted(1))).toEqual([[1]]);
  const [[most = 0] = []] = await rowsOf(pg, counted(8));
  expect(most).toBeGreaterThan(1);
  const [[few = 0] = []] = await rowsOf(pg, counted(3));
  expect(few).toBeLessThanOrEqual(3);
});

it('a cancel reaches every source', async () => {
  const running = `select count(*)::int from pg_stat_activity where query like '%sleeps for long%' and state = 'active'
    and pid <> pg_backend_pid()`;
  const canceller = cancelAfter(control, 700);
  const sql = `SELECT * FROM dblink_gather(${ALL}, $$select 'sleeps for long' from pg_sleep(60)$$) AS t(source text, a text)`;
  expect(await failureOf(pg, sql)).toMatchObject({
    code: '57014',
    message: 'canceling statement due to user request',
  });
  await canceller.terminate();
  await expect.poll(async () => (await cluster.psql(running))[0]?.rows, { timeout: 10_000 }).toEqual([['0']]);
  expect(
    await rowsOf(pg, `SELECT count(*)::int FROM dblink_gather(${ALL}, 'select 1') AS t(source text, a int)`),
  ).toEqual([[8]]);
});

it('statement_timeout reaches every source', async () => {
  await pg.exec(`SET statement_timeout = '300ms'`);
  const sql = `SELECT * FROM dblink_gather(${ALL}, 'select 1 from pg_sleep(60)') AS t(source text, a int)`;
  const failure = await failureOf(pg, sql);
  await pg.exec('RESET statement_timeout');
  expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
  const again = `SELECT count(*)::int FROM dblink_gather(${ALL}, 'select 1') AS t(source text, a int)`;
  expect(await rowsOf(pg, again)).toEqual([[8]]);
});
