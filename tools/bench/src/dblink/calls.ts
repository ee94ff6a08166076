import type { Comparison, Row } from '../report.ts';
import { withBusyCores } from './busy-cores.ts';
import { compare, withSides } from './compare.ts';
import { requireEqual } from './sides.ts';

const CALLS = 2000;
const ROWS = 300_000;
const COLUMNS = 't(a int, b text, c timestamptz, d float8)';
const REMOTE = [
  `CREATE TABLE remote AS SELECT g::int4 AS a, 'row ' || md5(g::text) AS b,
  timestamptz '2020-01-01' + g * interval '1 minute' AS c, g / 7.0::float8 AS d
  FROM generate_series(1, ${ROWS}) AS g`,
  'VACUUM ANALYZE remote',
];

/** A call in a loop of PL/pgSQL: what a round trip and a thread hop cost, with idle cores and with busy ones. */
function loop(name: string, title: string, setUp: readonly string[], call: string, check: string): Row {
  return {
    name,
    title,
    run: (plan) =>
      withSides(setUp, async (sides) => {
        const timed = { sql: `DO $$ BEGIN FOR i IN 1..${CALLS} LOOP PERFORM ${call}; END LOOP; END $$` };
        await requireEqual(sides, check);
        const idle = await compare(plan, sides, timed, `${CALLS} calls, idle cores`, 1.5);
        const busy = await withBusyCores(() => compare(plan, sides, timed, `${CALLS} calls, busy cores`, 1.5));
        return { comparisons: [idle, busy], notes: [idle, busy].map(perCall) };
      }),
  };
}

function perCall({ pairs, work }: Comparison): string {
  const microseconds = (ms: number): string => `${((ms * 1000) / CALLS).toFixed(0)} µs`;
  return `${work}: ours ${microseconds(pairs.oursMs.median)}, contrib ${microseconds(pairs.theirsMs.median)} a call`;
}

const fetch: Row = {
  name: 'dblink-fetch',
  title: 'dblink_fetch, 10,000 rows a call',
  run: (plan) =>
    withSides(REMOTE, async (sides) => {
      const rowsOf = (rows: number): string =>
        `SELECT count(*), sum(length(b)) FROM dblink_fetch('k', ${rows}) AS ${COLUMNS}`;
      const sql = `DO $$ DECLARE n bigint; total bigint := 0; BEGIN
        PERFORM dblink_open('c', 'k', 'SELECT * FROM remote');
        LOOP
          SELECT count(*) INTO n FROM dblink_fetch('c', 'k', 10000) AS ${COLUMNS};
          total := total + n;
          EXIT WHEN n = 0;
        END LOOP;
        PERFORM dblink_close('c', 'k');
        IF total <> ${ROWS} THEN RAISE EXCEPTION 'rows are missing: %', total; END IF;
      END $$`;
      await requireEqual(
        sides,
        `SELECT dblink_open('c', 'k', 'SELECT * FROM remote'); ${rowsOf(0).replace("'k'", "'c', 'k'")}; SELECT dblink_close('c', 'k')`,
      );
      return {
        comparisons: [await compare(plan, sides, { sql }, `${ROWS.toLocaleString('en')} rows`, 0.9)],
        notes: [],
      };
    }),
};

const sendQuery: Row = {
  name: 'dblink-send-query',
  title: 'dblink_send_query and dblink_get_result',
  run: (plan) =>
    withSides(REMOTE, async (sides) => {
      const get = (what: string): string => `SELECT ${what} FROM dblink_get_result('c') AS ${COLUMNS}`;
      const send = `SELECT dblink_send_query('c', 'SELECT * FROM remote')`;
      const sql = `${send}; ${get('count(*)')}; ${get('count(*)')}`;
      const few = send.replace('FROM remote', 'FROM remote WHERE a <= 2000');
      // The values of the last result are those that are compared: the end of the results is read one statement later.
      await requireEqual(sides, `${few}; ${get('md5(string_agg(t::text, $$,$$ ORDER BY a))')}`);
      await requireEqual(sides, get('count(*)'));
      return {
        comparisons: [await compare(plan, sides, { sql }, `${ROWS.toLocaleString('en')} rows`, 0.9)],
        notes: [],
      };
    }),
};

/** Calls of the functions, one after the other. */
export const CALL_ROWS: readonly Row[] = [
  loop(
    'dblink-calls',
    "dblink('c', 'SELECT 1') per call in a loop",
    [],
    "* FROM dblink('c', 'SELECT 1') AS t(a int)",
    "SELECT a FROM dblink('c', 'SELECT 1') AS t(a int)",
  ),
  loop(
    'dblink-exec-calls',
    'dblink_exec of a one-row INSERT per call in a loop',
    ['CREATE UNLOGGED TABLE inserted (a int, b text)'],
    "dblink_exec('c', 'INSERT INTO inserted VALUES (1, ''one'')')",
    "SELECT dblink_exec('c', 'INSERT INTO inserted VALUES (1, ''one'')')",
  ),
  fetch,
  sendQuery,
];
