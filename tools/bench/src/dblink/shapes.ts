import type { Row } from '../report.ts';
import { compare, withSides } from './compare.ts';
import { requireEqual } from './sides.ts';

/** A table of the remote, read by `count(*)` through dblink(). */
interface Shape {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly select: string;
  readonly columns: string;
  readonly goal: number;
}

const ints = Array.from({ length: 50 }, (_, column) => `c${column}`);
const EVERY_KIND = [
  'g::int4 AS a',
  '(g * 1.01)::numeric(12, 2) AS b',
  'ARRAY[g, g + 1, g + 2]::int4[] AS c',
  "ARRAY['one ' || g, 'two'] AS d",
  "jsonb_build_object('id', g, 'tags', ARRAY['x', 'y']) AS e",
  "timestamptz '2020-01-01' + g * interval '1 minute' AS f",
  'md5(g::text)::uuid AS h',
  'g / 7.0::float8 AS i',
].join(', ');

const SHAPES: readonly Shape[] = [
  {
    name: 'dblink-one-int',
    title: 'dblink(), count(*) of rows of one int',
    rows: 1_000_000,
    select: 'g::int4 AS a',
    columns: 'a int',
    goal: 0.9,
  },
  {
    name: 'dblink-50-ints',
    title: 'dblink(), count(*) of rows of 50 ints',
    rows: 50_000,
    select: ints.map((name, column) => `(g + ${column})::int4 AS ${name}`).join(', '),
    columns: ints.map((name) => `${name} int`).join(', '),
    goal: 0.65,
  },
  {
    name: 'dblink-non-ascii',
    title: 'dblink(), count(*) of rows of text beyond ASCII',
    rows: 300_000,
    select: "g::int4 AS a, 'Ελληνικά και кириллица, ' || g || ' 日本語' AS b",
    columns: 'a int, b text',
    goal: 0.65,
  },
  {
    name: 'dblink-1-mb-values',
    title: 'dblink(), count(*) of values of 1 MB',
    rows: 50,
    select: "g::int4 AS a, repeat('0123456789', 100000) AS b",
    columns: 'a int, b text',
    goal: 0.65,
  },
  {
    name: 'dblink-receive',
    title: 'dblink(), 8 columns with numeric, arrays and jsonb, of equal types',
    rows: 100_000,
    select: EVERY_KIND,
    columns: 'a int, b numeric, c int[], d text[], e jsonb, f timestamptz, h uuid, i float8',
    goal: 0.9,
  },
  {
    name: 'dblink-convert',
    title: 'dblink(), the same 8 columns, converted by the input functions of other types',
    rows: 100_000,
    select: EVERY_KIND,
    columns: 'a bigint, b float8, c bigint[], d varchar[], e json, f timestamp, h text, i numeric',
    goal: 2,
  },
];

/** `count(*)` over results of many shapes. */
export const SHAPE_ROWS: readonly Row[] = SHAPES.map(({ name, title, rows, select, columns, goal }) => ({
  name,
  title,
  run: (plan) =>
    withSides(
      [`CREATE TABLE shape AS SELECT ${select} FROM generate_series(1, ${rows}) AS g`, 'VACUUM ANALYZE shape'],
      async (sides) => {
        for (const side of [sides.ours, sides.contrib]) await side.run(`SET timezone = 'UTC'`);
        const first = columns.split(' ', 1)[0];
        const few = `SELECT * FROM shape ORDER BY ${first} LIMIT 2000`;
        await requireEqual(
          sides,
          `SELECT md5(string_agg(t::text, ',' ORDER BY ${first})) FROM dblink('c', '${few}') AS t(${columns})`,
        );
        const sql = `SELECT count(*) FROM dblink('c', 'SELECT * FROM shape') AS t(${columns})`;
        await requireEqual(sides, sql);
        return {
          comparisons: [await compare(plan, sides, { sql }, `${rows.toLocaleString('en')} rows`, goal)],
          notes: [],
        };
      },
    ),
}));
