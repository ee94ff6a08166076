import { meansOf, measureRounds } from '../measure.ts';
import type { Row } from '../report.ts';
import { compare, pairsOfDifference, type Timed, timedOn, withSides } from './compare.ts';
import { requireEqual } from './sides.ts';

const ROWS = 300_000;
/** The difference of two long times over a short one scatters more than a ratio does, so its pairs are of means. */
const ROUNDS_A_PAIR = 3;
const SOURCE = `SELECT g::int4 AS a, 'row ' || md5(g::text) AS b,
  timestamptz '2020-01-01' + g * interval '1 minute' AS c, g / 7.0::float8 AS d
  FROM generate_series(1, ${ROWS}) AS g`;
const COLUMNS = 't(a int, b text, c timestamptz, d float8)';
const FETCH = `dblink('c', 'SELECT * FROM remote') AS ${COLUMNS}`;

/** How rows are stored, from dblink() or from a table of the same rows. */
interface Storing {
  readonly name: string;
  readonly title: string;
  readonly from: (source: string) => Timed;
}

const STORINGS: readonly Storing[] = [
  {
    name: 'dblink-create-table-as',
    title: 'CREATE TABLE AS from dblink()',
    from: (source) => ({ sql: `CREATE TABLE stored AS SELECT * FROM ${source}`, undo: 'DROP TABLE stored' }),
  },
  {
    name: 'dblink-insert-select',
    title: 'INSERT … SELECT from dblink()',
    from: (source) => ({ sql: `INSERT INTO kept SELECT * FROM ${source}`, undo: 'TRUNCATE kept' }),
  },
];

/** Storing what dblink() gives: against C, and against the engine's own storing of the same rows. */
export const STORING_ROWS: readonly Row[] = STORINGS.map(({ name, title, from }) => ({
  name,
  title,
  run: (plan) =>
    withSides([`CREATE TABLE remote AS ${SOURCE}`, 'VACUUM ANALYZE remote'], async (sides) => {
      for (const side of [sides.ours, sides.contrib])
        await side.run('CREATE TABLE kept (a int, b text, c timestamptz, d float8)');
      await sides.ours.run(`CREATE TABLE here AS SELECT * FROM ${FETCH}`);
      await requireEqual(sides, `SELECT sum(a) || ' ' || max(b) || ' ' || sum(d::numeric) FROM ${FETCH}`);
      const work = `${ROWS.toLocaleString('en')} rows of 4 columns`;
      const withContrib = await compare(plan, sides, from(FETCH), work, 1.5);
      const rounds = await measureRounds(
        [
          { name: 'ours', run: timedOn(sides.ours, from(FETCH)) },
          { name: 'own', run: timedOn(sides.ours, from('here')) },
          { name: 'count', run: timedOn(sides.ours, { sql: `SELECT count(*) FROM ${FETCH}` }) },
        ],
        plan.pairs * ROUNDS_A_PAIR,
      );
      return {
        comparisons: [
          withContrib,
          {
            label: `${sides.ours.name}, less the storing of a local table's rows`,
            peer: 'ours, count(*) of the same dblink()',
            work: `${work}, means of ${ROUNDS_A_PAIR}`,
            pairs: pairsOfDifference(meansOf(rounds, ROUNDS_A_PAIR), 'ours', 'own', 'count'),
            goal: 1,
          },
        ],
        notes: [],
      };
    }),
}));
