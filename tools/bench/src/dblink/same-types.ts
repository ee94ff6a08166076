import type { Row } from '../report.ts';
import { compare, withSides } from './compare.ts';
import { requireEqual } from './sides.ts';

const MIXED = [
  `CREATE TABLE mixed AS
  SELECT g::int4 AS a, 'row ' || md5(g::text) AS b, timestamptz '2020-01-01' + g * interval '1 minute' AS c, g / 7.0::float8 AS d
  FROM generate_series(1, 1000000) AS g`,
  'ANALYZE mixed',
];
const GOAL = 0.65;

/** `count(*)` over a million rows of four columns whose types are the same on both ends. */
export const sameTypes: Row = {
  name: 'dblink-rows',
  title: 'dblink() in the embedded database, count(*) of 1M rows (int, text, timestamptz, float8)',
  run: (plan) =>
    withSides(MIXED, async (sides) => {
      const columns = 't(a int, b text, c timestamptz, d float8)';
      const check = `SELECT md5(string_agg(t::text, ',' ORDER BY a)) FROM dblink('c', 'SELECT * FROM mixed WHERE a <= 5000') AS ${columns}`;
      for (const side of [sides.ours, sides.contrib]) await side.run(`SET timezone = 'UTC'`);
      await requireEqual(sides, check);
      const sql = `SELECT count(*) FROM dblink('c', 'SELECT * FROM mixed') AS ${columns}`;
      await requireEqual(sides, sql);
      // A statement that the connection has not seen is described before it runs.
      let statements = 0;
      const unseen = (): string => sql.replace('FROM mixed', () => `FROM mixed /* ${++statements} */`);
      return {
        comparisons: [
          await compare(plan, sides, { sql }, '1,000,000 rows, the same statement again', GOAL),
          await compare(plan, sides, { sql: unseen }, '1,000,000 rows, a statement not seen before', GOAL),
        ],
        notes: [],
      };
    }),
};
