import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

const TYPES = `CREATE TYPE mood AS ENUM ('sad', 'très "ok"'); CREATE TYPE pair AS (x int, y text)`;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.psql(`${TYPES}; CREATE TABLE kept (id int PRIMARY KEY, note text)`);
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`CREATE EXTENSION dblink; ${TYPES}; SELECT dblink_connect('n', '${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

describe('dblink_params', () => {
  it('takes values as they are, whatever characters they have', async () => {
    const nasty = `o'brien \\ "x" $1 ; -- été`;
    const sql = `SELECT * FROM dblink_params('n', 'select $1::text, $2::int + 1, $3::date, $4::text', $1::text, 41,
      DATE '2024-02-29', NULL) AS t(a text, b int, c text, d text)`;
    const { rows } = await pg.query(sql, [nasty]);
    expect(rows).toEqual([{ a: nasty, b: 42, c: '2024-02-29', d: null }]);
  });

  it('lets the remote server infer the types of parameters', async () => {
    const list = 'AS t(id int, note text)';
    await pg.exec(
      `SELECT dblink_exec_params('n', 'insert into kept values ($1, $2), ($3, $4)', 1, 'one', 2::int8, NULL)`,
    );
    expect(
      await rowsOf(pg, `SELECT * FROM dblink_params('n', 'select * from kept where id = $1', '2') ${list}`),
    ).toEqual([[2, null]]);
    expect(
      await failureOf(pg, `SELECT * FROM dblink_params('n', 'select * from kept where id = $1', 'x') ${list}`),
    ).toMatchObject({
      code: '22P02',
      message: 'invalid input syntax for type integer: "x"',
      where: expect.stringContaining('while executing query on dblink connection named "n"'),
    });
  });

  it('takes the elements of a VARIADIC array', async () => {
    const sql = `SELECT * FROM dblink_params('n', 'select $1::int, $2::int, $3::int', VARIADIC ARRAY[1, NULL, 3]::int8[])
      AS t(a int, b int, c int)`;
    expect(await rowsOf(pg, sql)).toEqual([[1, null, 3]]);
    const none = `SELECT * FROM dblink_params('n', 'select 7', VARIADIC ARRAY[]::text[]) AS t(a int)`;
    expect(await rowsOf(pg, none)).toEqual([[7]]);
    expect(await rowsOf(pg, none.replace('ARRAY[]::text[]', 'NULL::text[]'))).toEqual([[7]]);
  });

  it('takes the values of each row of a lateral join', async () => {
    const sql = `SELECT g, t.twice FROM generate_series(1, 3) g,
      LATERAL dblink_params('n', 'select $1::int * 2', g) AS t(twice int)`;
    expect(await rowsOf(pg, sql)).toEqual([
      [1, 2],
      [2, 4],
      [3, 6],
    ]);
  });

  it('takes a connection string, and NULL for the unnamed connection', async () => {
    const call = (connection: string): string =>
      `SELECT * FROM dblink_params(${connection}, 'select $1::int', 5) AS t(a int)`;
    expect(await rowsOf(pg, call(`'${cluster.conninfo()}'`))).toEqual([[5]]);
    expect(await failureOf(pg, call('NULL'))).toMatchObject({ code: '08003', message: 'connection not available' });
    await pg.exec(`SELECT dblink_connect('${cluster.conninfo()}')`);
    expect(await rowsOf(pg, call('NULL'))).toEqual([[5]]);
    await pg.exec('SELECT dblink_disconnect()');
  });

  it('gives no row for a statement that is NULL', async () => {
    expect(await rowsOf(pg, `SELECT * FROM dblink_params('n', NULL, 1) AS t(a int)`)).toEqual([]);
    expect(await rowsOf(pg, `SELECT dblink_exec_params('n', NULL, 1), dblink_send_query_params('n', NULL, 1)`)).toEqual(
      [[null, null]],
    );
  });

  it('takes one statement, as the server says', async () => {
    expect(
      await failureOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int; select 2', 1) AS t(a int)`),
    ).toMatchObject({
      code: '42601',
      message: 'cannot insert multiple commands into a prepared statement',
    });
    expect(
      await failureOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int, $2::int', 1) AS t(a int, b int)`),
    ).toMatchObject({
      code: '08P01',
      message: 'bind message supplies 1 parameters, but prepared statement "" requires 2',
    });
    expect(
      await failureOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int', 1) AS t(a int, b int)`),
    ).toMatchObject({
      code: '42804',
      message: 'remote query result rowtype does not match the specified FROM clause rowtype',
    });
    expect(
      await failureOf(
        pg,
        `SELECT dblink_exec_params('n', 'select $1::int', VARIADIC array_fill('1'::text, '{65536}'))`,
      ),
    ).toMatchObject({
      code: '54023',
      message: 'number of parameters must be between 0 and 65535',
    });
    expect(await rowsOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int', 1) AS t(a int)`)).toEqual([[1]]);
  });

  it('refuses what a COPY would need', async () => {
    expect(
      await failureOf(
        pg,
        `SELECT * FROM dblink_params('n', 'copy kept to stdout', VARIADIC '{}'::text[]) AS t(a text)`,
      ),
    ).toMatchObject({
      code: '0A000',
    });
    expect(await rowsOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int', 1) AS t(a int)`)).toEqual([[1]]);
  });
});

describe('dblink_exec_params', () => {
  it('returns the command tag, and keeps its place in a transaction', async () => {
    await pg.exec(`SELECT dblink_exec('n', 'begin')`);
    expect(
      await rowsOf(pg, `SELECT dblink_exec_params('n', 'delete from kept where id = any($1)', '{1,2}'::int[])`),
    ).toEqual([['DELETE 2']]);
    await pg.exec(`SELECT dblink_exec('n', 'rollback')`);
    expect(await rowsOf(pg, `SELECT * FROM dblink('n', 'select count(*) from kept') AS t(n int)`)).toEqual([[2]]);
  });

  it('refuses rows and relays errors as dblink_exec does', async () => {
    expect(await failureOf(pg, `SELECT dblink_exec_params('n', 'select $1::int', 1)`)).toMatchObject({
      code: '2F003',
      message: 'statement returning results not allowed',
    });
    expect(await failureOf(pg, `SELECT dblink_exec_params('n', 'insert into kept values ($1)', 1)`)).toMatchObject({
      code: '23505',
      detail: 'Key (id)=(1) already exists.',
      where: expect.stringContaining('while executing command on dblink connection named "n"'),
    });
  });
});

it('dblink_send_query_params sends, and dblink_get_result fetches', async () => {
  expect(await rowsOf(pg, `SELECT dblink_send_query_params('n', 'select $1::text, $2::int', 'été', 4)`)).toEqual([[1]]);
  const result = `SELECT * FROM dblink_get_result('n') AS t(a text, b int)`;
  expect(await rowsOf(pg, result)).toEqual([['été', 4]]);
  expect(await rowsOf(pg, result)).toEqual([]);
});

describe('values arrive exactly', () => {
  const VALUES = [
    ['float8', `0.1::float8 + 0.2`],
    ['float8', `5e-324`],
    ['float4', `'3.4028235e38'`],
    ['numeric', `'-1234567890123456789012345678901234567890.000001'`],
    ['date', `'4713-01-01 BC'`],
    ['date', `'2024-04-03'`],
    ['timestamp', `'294276-12-31 23:59:59.999999'`],
    ['timestamptz', `'1850-01-01 00:00:00 Europe/Paris'`],
    ['timestamptz', `'-infinity'`],
    ['interval', `'-1 mons +2 days -03:04:05.6'`],
    ['interval', `'1 year -2 days'`],
    ['bytea', `'\\x00ff27'`],
    ['text', `E'line\\n\\ttab \\\\ ''q'''`],
    ['bpchar', `'x  '`],
    ['bool', 'false'],
    ['jsonb', `'{"a": ["x", null, 1.50]}'`],
    ['mood', `'très "ok"'`],
    ['pair', `ROW(1, 'a,"b" \\ ')`],
    ['int[]', `'{{1,NULL},{3,4}}'`],
    ['text[]', `ARRAY['NULL', NULL, '', 'a"b\\c']`],
    ['tstzrange', `'[2024-01-01 00:00+02,)'`],
    ['inet', `'::1/64'`],
    ['regclass', `'pg_class'`],
    ['pg_lsn', `'16/B374D848'`],
  ] as const;
  const STYLES = ['ISO, DMY', 'SQL, DMY', 'German', 'Postgres, MDY'];

  it.each(VALUES)('%s %s', async (type, value) => {
    for (const [at, style] of STYLES.entries()) {
      const interval = ['postgres', 'sql_standard', 'iso_8601', 'postgres_verbose'][at];
      await pg.exec(`SET DateStyle = '${style}'; SET IntervalStyle = ${interval}; SET extra_float_digits = ${at - 1};
        SET search_path = public, pg_catalog`);
      for (const remote of STYLES) {
        await pg.exec(`SELECT dblink_exec('n', 'set datestyle = ''${remote}''; set extra_float_digits = 3')`);
        const sql = `SELECT record_image_eq(ROW(v), ROW(t.a)) FROM (SELECT (${value})::${type} AS v) s,
          LATERAL dblink_params('n', 'select $1::${type}', v) AS t(a ${type})`;
        expect(await rowsOf(pg, sql), `${style} to ${remote}`).toEqual([[true]]);
      }
    }
    await pg.exec(`RESET ALL; SELECT dblink_exec('n', 'reset all')`);
  });
});

it('two thousand rows of random values come back bit for bit', async () => {
  const bits = `('x' || md5(random()::text))::bit(64)::int8`;
  const moment = `timestamptz '2000-01-01 UTC' + random() * interval '600 years' - interval '300 years'`;
  const VALUES = [
    ['int8', bits],
    ['float8', `(random() - 0.5) * power(10, random() * 600 - 300)`],
    ['float4', `((random() - 0.5) * power(10, random() * 70 - 35))::float4`],
    ['numeric', `${bits}::numeric / (10 ^ (random() * 30)::int)::numeric`],
    ['text', `substr(repeat('aß世🐘 ''"\\\\z', 9), 1 + (random() * 50)::int, (random() * 40)::int)`],
    ['bytea', `decode(repeat(md5(random()::text), (random() * 3)::int), 'hex')`],
    ['timestamptz', moment],
    ['date', `(${moment})::date`],
    ['interval', `(random() * 1000 - 500) * interval '1 month 3 days 04:05:06.789'`],
    ['int4[]', `ARRAY[(${bits} % 1000)::int4, NULL]`],
    ['jsonb', `jsonb_build_object('k', random(), 'l', jsonb_build_array(NULL, true, md5(random()::text)))`],
  ] as const;
  const columns = VALUES.map((_, at) => `v${at}`).join();
  const remote = VALUES.map(([type], at) => `$${at + 1}::${type}`).join();
  const list = VALUES.map(([type], at) => `v${at} ${type}`).join();
  await pg.exec(`SELECT setseed(0.5); CREATE TABLE source AS
    SELECT ${VALUES.map(([, value], at) => `CASE WHEN random() > 0.05 THEN ${value} END AS v${at}`).join()}
    FROM generate_series(1, 2000)`);
  const sql = `SELECT count(*)::int, count(*) FILTER (WHERE record_image_ne(ROW(${columns.replaceAll('v', 's.v')}),
      ROW(${columns.replaceAll('v', 't.v')})))::int
    FROM source s, LATERAL dblink_params('n', 'select ${remote}', ${columns.replaceAll('v', 's.v')}) AS t(${list})`;
  expect(await rowsOf(pg, sql)).toEqual([[2000, 0]]);
});

it('a statement timeout ends the wait, and the connection is usable after it', async () => {
  await pg.exec(`SET statement_timeout = '300ms'`);
  expect(
    await failureOf(
      pg,
      `SELECT dblink_exec_params('n', 'do $do$ begin perform pg_sleep(60); end $do$', VARIADIC '{}'::text[])`,
    ),
  ).toMatchObject({
    code: '57014',
    message: 'canceling statement due to statement timeout',
  });
  await pg.exec('RESET statement_timeout');
  expect(await rowsOf(pg, `SELECT * FROM dblink_params('n', 'select $1::int', 1) AS t(a int)`)).toEqual([[1]]);
});
