import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { type RandomValues, randomValues } from './support/random-values.ts';
import { rowsOf } from './support/sql.ts';

/*
 * Random values of every type that may come in binary format, NULLs among them: what the engine stores of them must be
 * the same, bit for bit, as what the type's input function makes of their text. A statement of two parts is a simple
 * query, whose values are text.
 */
const VALUES = Number(process.env['FUZZ_RUNS'] ?? 10_000);

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ settings: { log_statement: 'all', log_min_messages: 'log' } });
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  // The two ends live in different places: an instant must not move for that.
  const conninfo = `${cluster.conninfo()} options='-c timezone=Asia/Kathmandu'`;
  await pg.exec(`CREATE EXTENSION dblink; SET timezone = 'America/New_York';
    SELECT dblink_connect('n', '${conninfo.replaceAll("'", "''")}')`);
}, 120_000);

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

const cases = randomValues.flatMap((values, index) =>
  values.declared.flatMap(([declared, format]) => {
    const one = { table: `v${index}`, values, declared };
    return [
      [declared, { ...one, format }],
      [`a domain over ${declared}`, { ...one, format: 'text' }],
    ] as const;
  }),
);

it.each(cases)(
  '%s is the same value, bit for bit, however it came',
  async (name, { table, values, declared, format }) => {
    const seed = await makeTable(table, values);
    let type = declared;
    if (name !== declared) {
      type = `${table}_${declared.replace(/\W/g, '_')}`;
      await pg.exec(`CREATE DOMAIN ${type} AS ${declared}`);
    }
    const take = (target: string, sql: string): Promise<unknown> =>
      pg.exec(`DROP TABLE IF EXISTS ${target}; CREATE TEMP TABLE ${target} AS
      SELECT * FROM ROWS FROM (dblink('n', '${sql}') AS (v ${type})) WITH ORDINALITY AS r(v, id)`);
    const sql = `select v from ${table} order by id /* ${name} */`;
    await take('as_text', `set a.b = 1; ${sql}`);
    await take('at_first', sql);
    const before = await extendedRuns(name);
    await take('as_known', sql);
    expect((await extendedRuns(name)) - before).toBe(format === 'binary' ? 1 : 0);
    for (const other of ['at_first', 'as_known']) {
      const [counts] = await rowsOf(
        pg,
        `SELECT count(*)::int, count(a.v)::int, count(*) FILTER (WHERE
          ${values.send}(a.v) IS DISTINCT FROM ${values.send}(b.v) OR a.v::text IS DISTINCT FROM b.v::text
          OR pg_column_size(a.v) IS DISTINCT FROM pg_column_size(b.v))::int
        FROM as_text a JOIN ${other} b USING (id)`,
      );
      expect(counts, `${other}, seed ${seed}`).toEqual([VALUES, expect.any(Number), 0]);
      expect(counts?.[1]).toBeGreaterThan(VALUES / 2);
      expect(counts?.[1]).toBeLessThan(VALUES);
    }
  },
);

const made = new Map<string, number>();

/** Fills the remote table once; gives the seed of its values. */
async function makeTable(table: string, { remoteType, texts, expression }: RandomValues): Promise<number> {
  const known = made.get(table);
  if (known !== undefined) return known;
  const seed = Math.floor(Math.random() * 2 ** 31);
  const sample = fc.sample(fc.option(texts, { freq: 20 }), { numRuns: VALUES, seed });
  await cluster.psql(`create table ${table} (id int, v ${remoteType})`);
  for (let at = 0; at < VALUES; at += 1000) {
    const rows = sample.slice(at, at + 1000).map((value, row) => `(${at + row}, ${quote(value)})`);
    await cluster.psql(
      `set timezone = 'UTC'; insert into ${table} select id, ${expression ?? `t::${remoteType}`} from (values ${rows.join(', ')}) r(id, t)`,
    );
  }
  made.set(table, seed);
  return seed;
}

function quote(value: string | null): string {
  return value === null ? 'null' : `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** How often the remote server has run the statement in the extended protocol. */
async function extendedRuns(name: string): Promise<number> {
  const lines = (await cluster.log()).split('\n').filter((line) => line.includes(`/* ${name} */`));
  return lines.filter((line) => line.includes('execute <unnamed>: ')).length;
}
