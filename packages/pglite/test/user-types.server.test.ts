import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

const TYPES = `
  CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
  CREATE DOMAIN positive AS int CHECK (VALUE > 0);
  CREATE DOMAIN given AS text NOT NULL;
  CREATE TYPE pair AS (x int, y text)`;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.psql(TYPES);
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`CREATE EXTENSION dblink; ${TYPES}; SELECT dblink_connect('n', '${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

const remote = (sql: string, list: string): string =>
  `SELECT * FROM dblink('n', '${sql.replaceAll("'", "''")}') AS t(${list})`;

it('values of user types come as text and are read by the local type', async () => {
  const sql = remote(
    "select 'ok'::mood, 5::positive, row(1, 'a,b')::pair, array['sad','happy']::mood[]",
    'a mood, b positive, c pair, d mood[]',
  );
  expect(await rowsOf(pg, `SELECT a::text, b::int, (c).y, d::text FROM (${sql}) s`)).toEqual([
    ['ok', 5, 'a,b', '{sad,happy}'],
  ]);
});

it('a repeated statement with user types gives the same rows', async () => {
  const sql = remote("select g, 'ok'::mood, g::positive from generate_series(1, 100) g", 'n int, a mood, b positive');
  for (let run = 0; run < 3; run++) {
    expect(await rowsOf(pg, `SELECT count(*)::int, sum(b)::int, min(a)::text FROM (${sql}) s`)).toEqual([
      [100, 5050, 'ok'],
    ]);
  }
});

it.each([
  ["select 'angry'", 'a mood', '22P02', 'invalid input value for enum mood: "angry"'],
  ['select -1', 'a positive', '23514', 'value for domain positive violates check constraint "positive_check"'],
  ['select null', 'a given', '23502', 'domain given does not allow null values'],
  ["select '(1'", 'a pair', '22P02', 'malformed record literal: "(1"'],
])('%s as %s fails as it does in C, and the connection stays usable', async (sql, list, code, message) => {
  expect(await failureOf(pg, remote(sql, list))).toMatchObject({ code, message });
  expect(await rowsOf(pg, remote('select 1', 'a int'))).toEqual([[1]]);
});
