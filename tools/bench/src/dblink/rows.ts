import { type Candidate, measurePairs } from '../measure.ts';
import type { Comparison, Report, Row } from '../report.ts';
import { withBusyCores } from './busy-cores.ts';
import { cancelLatency } from './cancel-latency.ts';
import { requireEqual, type Sides, startSides } from './sides.ts';

const MIXED = `CREATE TABLE mixed AS
  SELECT g::int4 AS a, 'row ' || md5(g::text) AS b, timestamptz '2020-01-01' + g * interval '1 minute' AS c, g / 7.0::float8 AS d
  FROM generate_series(1, 1000000) AS g;
  ANALYZE mixed`;

const CALLS = 2_000;

/** `count(*)` over a million rows of four columns whose types are the same on both ends. */
const fetchMixed: Row = {
  name: 'dblink-rows',
  title: 'dblink() in the embedded database, count(*) of 1M rows (int, text, timestamptz, float8)',
  run: () =>
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
          await compare(sides, sql, '1,000,000 rows, the same statement again', 0.8),
          await compare(sides, unseen, '1,000,000 rows, a statement not seen before', 0.8),
        ],
        notes: [],
      };
    }),
};

/** A call a row in a loop: what a round trip and a thread hop cost, with idle cores and with busy ones. */
const callSelect: Row = {
  name: 'dblink-calls',
  title: "dblink('c', 'SELECT 1') per call in a loop",
  run: () =>
    withSides('SELECT 1', async (sides) => {
      const sql = `DO $$ BEGIN FOR i IN 1..${CALLS} LOOP
        PERFORM * FROM dblink('c', 'SELECT 1') AS t(a int);
      END LOOP; END $$`;
      await requireEqual(sides, "SELECT a FROM dblink('c', 'SELECT 1') AS t(a int)");
      const idle = await compare(sides, sql, `${CALLS} calls, idle cores`, 1.5);
      const busy = await withBusyCores(() => compare(sides, sql, `${CALLS} calls, busy cores`, 1.5));
      const perCall = ({ pairs, work }: Comparison): string =>
        `${work}: ours ${((pairs.oursMs.median * 1000) / CALLS).toFixed(0)} µs, contrib ${((pairs.theirsMs.median * 1000) / CALLS).toFixed(0)} µs a call`;
      return { comparisons: [idle, busy], notes: [idle, busy].map(perCall) };
    }),
};

/** What five million streamed rows leave in the network worker, and what the engine's own spilling costs beside it. */
const streamMemory: Row = {
  name: 'dblink-memory',
  title: 'Five million rows through dblink() into count(*): memory, and the price of spilling',
  run: () =>
    withSides('SELECT 1', async (sides) => {
      const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      const rows = `SELECT g::int4, 'row ' || g FROM generate_series(1, 5000000) AS g`;
      const sql = `SELECT count(*) FROM dblink('c', $$${rows}$$) AS t(a int, b text)`;
      await sides.ours.run(`SELECT count(*) FROM dblink('c', 'SELECT 1, ''x''') AS t(a int, b text)`);
      const before = sides.networkMemory();
      const notes: string[] = [];
      for (const workMem of ['4MB', '1GB']) {
        await sides.ours.run(`SET work_mem = '${workMem}'`);
        const rss = process.memoryUsage().rss;
        const started = performance.now();
        const count = await sides.ours.run(sql);
        const seconds = ((performance.now() - started) / 1000).toFixed(2);
        const grown = mebibytes(process.memoryUsage().rss - rss);
        notes.push(`work_mem ${workMem}: ${count} rows in ${seconds} s, process RSS ${grown} more than before`);
      }
      const after = sides.networkMemory();
      notes.push(`network worker: ${mebibytes(before.bytes)} before, peak ${mebibytes(after.peakBytes)}`);
      return { comparisons: [], notes };
    }),
};

/** The rows that compare ours with the C extension. */
export const DBLINK_ROWS: readonly Row[] = [fetchMixed, callSelect, streamMemory, cancelLatency];

async function withSides(setUp: string, body: (sides: Sides) => Promise<Report>): Promise<Report> {
  const sides = await startSides(setUp);
  try {
    return await body(sides);
  } finally {
    await sides[Symbol.asyncDispose]();
  }
}

async function compare(sides: Sides, sql: string | (() => string), work: string, goal: number): Promise<Comparison> {
  const text = (): string => (typeof sql === 'string' ? sql : sql());
  const ours: Candidate = () => sides.ours.run(text());
  const theirs: Candidate = () => sides.contrib.run(text());
  return { label: sides.ours.name, peer: sides.contrib.name, work, goal, pairs: await measurePairs(ours, theirs) };
}
