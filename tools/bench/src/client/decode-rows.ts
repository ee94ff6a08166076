import { measureRounds, pairsOf, quartiles } from '../measure.ts';
import type { Plan, Report, Row } from '../report.ts';
import { startSide } from '../side/process.ts';
import type { Sample } from '../side/work.ts';
import { joinReports, type Match, runMatch } from './against.ts';
import { type ReplayServer, replayed, startReplay } from './replay-server.ts';

/** A result to be decoded; what is captured is repeated until there are enough rows. */
interface Shape {
  readonly select: string;
  readonly captured: number;
}

const mixed: Shape = {
  captured: 50_000,
  select: [
    'i AS a',
    'i * 10000000000 AS b',
    'left(md5(i::text), 20) AS c',
    "timestamptz '2024-02-29 12:00+00' + i * interval '1.234567 second' AS d",
    'i / 7.0::float8 AS e',
    '(i * 1.01)::numeric(12, 2) AS f',
    'i % 2 = 0 AS g',
    'NULL::text AS h',
  ].join(', '),
};
const narrow: Shape = { captured: 100_000, select: 'i AS a' };
const wide: Shape = { captured: 10_000, select: columns(50) };
const veryWide: Shape = { captured: 100, select: columns(300) };

function columns(count: number): string {
  return Array.from({ length: count }, (_, column) => `i + ${column} AS ${column === 0 ? 'a' : `c${column}`}`).join(
    ', ',
  );
}

async function withReplay(plan: Plan, { select, captured }: Shape, body: (replay: ReplayServer) => Promise<Report>) {
  const replay = await startReplay(plan.workshop, `SELECT ${select} FROM generate_series(1, ${captured}) AS i`);
  try {
    return await body(replay);
  } finally {
    await replay[Symbol.asyncDispose]();
  }
}

const NOTE = 'a replay server in a process of its own repeats the captured bytes of a real server over a unix socket';
const EQUAL_VALUES = 'ours gives the values that the peers give: Date for timestamptz, text for int8 and numeric';

/** A row where all sides do the same work on the same bytes. */
function decodeRow(
  row: Pick<Row, 'name' | 'title'>,
  shape: Shape,
  rows: number,
  match: Pick<Match, 'label'> & { readonly ours: string; readonly theirs: string },
  goals: { readonly pg?: number; readonly postgres?: number; readonly libpq?: number },
): Row {
  return {
    ...row,
    run: (plan) =>
      withReplay(plan, shape, async ({ target }) => {
        const sql = replayed(rows);
        const theirs = { work: match.theirs, target, sql };
        const report = await runMatch(plan, {
          label: match.label,
          work: `${rows.toLocaleString('en')} rows`,
          ours: { driver: 'ours', task: { work: match.ours, target, sql } },
          peers: (['pg', 'postgres', 'libpq'] as const)
            .filter((driver) => goals[driver] !== undefined)
            .map((driver) => ({ driver, task: theirs, goal: goals[driver] ?? 0 })),
          check: replayed(Math.min(rows, 2000)),
        });
        return joinReports([report], [NOTE, EQUAL_VALUES]);
      }),
  };
}

const seen = { label: 'rows dropped', ours: 'seen', theirs: 'seen' };
const kept = { label: 'objects kept', ours: 'kept', theirs: 'kept' };

/** Chunks of one size, in one process, for no socket would leave them as they are. */
function chunkRow(name: string, title: string, chunkBytes: number, rows: number, goal: number): Row {
  return {
    name,
    title,
    run: (plan) =>
      withReplay(plan, { ...mixed, captured: Math.min(mixed.captured, rows) }, async ({ file }) => {
        const target = { host: file, port: 0, user: 'none' };
        const task = { target, sql: replayed(rows), count: chunkBytes };
        const report = await runMatch(plan, {
          label: 'rows dropped',
          work: `${rows.toLocaleString('en')} mixed rows`,
          ours: { driver: 'in-memory', task: { ...task, work: 'ours' } },
          peers: [{ driver: 'in-memory', task: { ...task, work: 'pg' }, name: 'pg', goal }],
          check: replayed(Math.min(rows, 2000)),
        });
        return joinReports([report], ['both read in their own process, from a transport without a socket']);
      }),
  };
}

/** A new process each, of which the middle one counts: what is cold is disturbed by whatever else the machine does. */
const FRESH_PROCESSES = 3;

/** Every sample is the first query of a new process. */
const cold: Row = {
  name: 'decode-300-columns-cold',
  title: 'The first 100 rows of a result of 300 columns, in a fresh process',
  run: (plan) =>
    withReplay(plan, veryWide, async ({ target }) => {
      const task = { work: 'kept', target, sql: replayed(100) };
      const fresh = (driver: 'ours' | 'pg') => ({
        name: driver,
        run: async () => {
          const sample: number[] = [];
          while (sample.length < FRESH_PROCESSES) {
            const side = await startSide(plan.workshop, driver, task, { processors: 'all' });
            const { ms }: Sample = await side.run();
            await side.close();
            sample.push(ms);
          }
          return quartiles(sample).median;
        },
      });
      const pairs = pairsOf(await measureRounds([fresh('ours'), fresh('pg')], plan.pairs * 2), 'ours', 'pg');
      const comparison = { label: 'objects kept', peer: 'pg', work: '100 rows, connected before', pairs, goal: 1 };
      return {
        comparisons: [comparison],
        notes: [NOTE, `each sample is the middle one of ${FRESH_PROCESSES} fresh processes`],
      };
    }),
};

/** Decoding results, against whole drivers. */
export const DECODE_ROWS: readonly Row[] = [
  decodeRow(
    { name: 'client-decode-seen', title: 'Decoding mixed rows of 8 columns in text, each seen and dropped' },
    mixed,
    500_000,
    seen,
    { pg: 0.25, postgres: 0.3, libpq: 1.2 },
  ),
  decodeRow(
    { name: 'client-decode-kept', title: 'Decoding mixed rows of 8 columns in text, all objects kept' },
    mixed,
    500_000,
    kept,
    { pg: 0.42, postgres: 0.55 },
  ),
  decodeRow({ name: 'client-decode-narrow', title: 'Decoding rows of one int, dropped' }, narrow, 1_000_000, seen, {
    pg: 0.12,
    libpq: 0.25,
  }),
  decodeRow({ name: 'client-decode-wide', title: 'Decoding rows of 50 ints, dropped' }, wide, 50_000, seen, {
    pg: 0.15,
  }),
  decodeRow(
    { name: 'client-decode-lazy', title: 'Mixed rows of which one column is read' },
    mixed,
    500_000,
    { label: 'one column read', ours: 'one-column', theirs: 'kept' },
    { pg: 0.1 },
  ),
  decodeRow(
    { name: 'client-decode-columnar', title: 'Mixed rows column by column' },
    mixed,
    500_000,
    { label: 'columns', ours: 'columnar', theirs: 'kept' },
    { pg: 0.07 },
  ),
  cold,
  chunkRow('client-chunks-1460', 'Mixed rows in chunks of 1,460 bytes', 1460, 200_000, 0.25),
  chunkRow('client-chunks-single', 'Mixed rows in single bytes', 1, 2000, 0.6),
];
