import { createHash } from 'node:crypto';
import { startCluster } from '@pg-dblink/testkit';
import { measurePairs } from '../measure.ts';
import type { Comparison, Report, Row } from '../report.ts';
import { type CapturedQuery, capture, chunksOf } from './capture.ts';
import { readRanges, readTexts, readViews, type TakeRow } from './ours.ts';
import { openPostgres, type PostgresParser, readWithPgProtocol } from './peers.ts';

/** A result to be decoded: what makes it on a real server, and how much of it each size of chunk is timed with. */
interface Workload extends CapturedQuery {
  readonly name: string;
  readonly columns: number;
  readonly rows: number;
  /** Rows for the run with single bytes, where each byte costs what a chunk does. */
  readonly rowsInSingleBytes: number;
}

function series(select: string, rows: number): string {
  return `select ${select} from generate_series(1, ${rows}) i`;
}

const mixed = [
  'i as a',
  'i * 10000000000 as b',
  'i / 7.0::float8 as c',
  'i % 2 = 0 as d',
  "'name ' || i as e",
  'case when i % 3 = 0 then null else repeat(chr(233), 10) end as f',
  "timestamptz '2024-02-29 12:00+00' + i * interval '1 second' as g",
  "('a0eebc99-9c0b-4ef8-bb6d-' || lpad(to_hex(i), 12, '0'))::uuid as h",
].join(', ');
const fifty = Array.from({ length: 50 }, (_, column) => `i + ${column} as c${column}`).join(', ');

const workloads: readonly Workload[] = [
  { name: 'narrow int rows', sql: 'i', format: 'text', columns: 1, rows: 300_000, rowsInSingleBytes: 8_000 },
  { name: 'mixed rows in text', sql: mixed, format: 'text', columns: 8, rows: 50_000, rowsInSingleBytes: 800 },
  { name: 'mixed rows in binary', sql: mixed, format: 'binary', columns: 8, rows: 50_000, rowsInSingleBytes: 800 },
  { name: '50 columns', sql: fifty, format: 'text', columns: 50, rows: 15_000, rowsInSingleBytes: 250 },
  {
    name: '1 MB values',
    sql: "repeat('x', 1000000) as v",
    format: 'text',
    columns: 1,
    rows: 100,
    rowsInSingleBytes: 1,
  },
];

const chunkings = [
  { label: '64 KiB chunks', byteLength: 65_536 },
  { label: '1,460-byte chunks', byteLength: 1460 },
  { label: 'single bytes', byteLength: 1 },
] as const;

/** A side of a comparison: reads the chunks and hands on each row. */
type Side<V> = (take: TakeRow<V>) => void | Promise<void>;

/** What every side must make of a result; computed once, before anything is timed. */
async function fingerprint<V extends string | Uint8Array>(side: Side<V>): Promise<string> {
  const hash = createHash('sha256');
  await side((values) => {
    for (const value of values) {
      hash.update(value === null ? 'N' : `V${value.length}:`);
      if (value !== null) hash.update(value);
    }
    hash.update('\n');
  });
  return hash.digest('hex');
}

/** Runs a side and consumes each value, so that no work can be left out; the sum is the proof. */
async function consume<V extends string | Uint8Array>(side: Side<V>): Promise<number> {
  let total = 0;
  await side((values) => {
    for (const value of values) total += value === null ? 1 : value.length;
  });
  return total;
}

async function compare<V extends string | Uint8Array>(
  names: Pick<Comparison, 'label' | 'peer' | 'work'>,
  ours: Side<V>,
  theirs: Side<V>,
  pairs: number,
): Promise<Comparison> {
  const [one, other] = [await fingerprint(ours), await fingerprint(theirs)];
  if (one !== other) throw new Error(`${names.label}: ${names.peer} reads other values than ours`);
  let expected: number | undefined;
  const checked = (side: Side<V>) => async (): Promise<number> => {
    const total = await consume(side);
    expected ??= total;
    if (total !== expected) throw new Error(`${names.label}: the work done differs from run to run`);
    return total;
  };
  return { ...names, pairs: await measurePairs(checked(ours), checked(theirs), pairs) };
}

async function compareWorkload(
  workload: Workload,
  rows: number,
  chunks: readonly Buffer[],
  label: string,
  pairs: number,
): Promise<Comparison[]> {
  const postgres: PostgresParser = openPostgres();
  const { columns } = workload;
  const names = { label, work: `${rows.toLocaleString('en')} rows` };
  const text: Side<string> = (take) => readTexts(chunks, columns, take);
  try {
    const comparisons = [
      await compare({ ...names, peer: 'pg-protocol' }, text, (take) => readWithPgProtocol(chunks, take), pairs),
    ];
    // The text of binary values means nothing; `postgres` can give their bytes instead.
    if (workload.format === 'text') {
      const peer = 'the parser in postgres';
      comparisons.push(await compare({ ...names, peer }, text, (take) => postgres.readTexts(chunks, take), pairs));
    } else {
      const views: Side<Uint8Array> = (take) => readViews(chunks, columns, take);
      const peer = 'the parser in postgres, raw';
      comparisons.push(await compare({ ...names, peer }, views, (take) => postgres.readViews(chunks, take), pairs));
    }
    return comparisons;
  } finally {
    await postgres.end();
  }
}

/** Times the fields being found, with no value made of them: what a row costs that is passed on. */
function timeRanges(chunks: readonly Buffer[], workload: Workload): string {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 9; run += 1) {
    const started = performance.now();
    if (readRanges(chunks, workload.columns) <= 0) throw new Error('no work was done');
    best = Math.min(best, performance.now() - started);
  }
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const perRow = (best * 1e6) / workload.rows;
  return `finding the fields alone, no value made: ${perRow.toFixed(0)} ns a row, ${(bytes / best / 1e6).toFixed(2)} GB/s (least of 9)`;
}

async function runWorkload(workload: Workload, pairs: number): Promise<Report> {
  const cluster = await startCluster();
  try {
    const ask = (rows: number): Promise<Buffer> => capture(cluster, { ...workload, sql: series(workload.sql, rows) });
    const [all, few] = [await ask(workload.rows), await ask(workload.rowsInSingleBytes)];
    const comparisons: Comparison[] = [];
    for (const { label, byteLength } of chunkings) {
      const rows = byteLength === 1 ? workload.rowsInSingleBytes : workload.rows;
      const chunks = chunksOf(byteLength === 1 ? few : all, byteLength);
      comparisons.push(...(await compareWorkload(workload, rows, chunks, label, pairs)));
    }
    const notes = [
      'every value of every row is made and its length summed; all sides gave the same values before they were timed',
      '`postgres` has no parser to call by itself: its whole connection runs, over a socket that replays the bytes',
      timeRanges(chunksOf(all, 65_536), workload),
    ];
    return { comparisons, notes };
  } finally {
    await cluster.stop();
  }
}

/** The rows of the bench that time the decoding of results against the peers' parsers. */
export const rows: readonly Row[] = workloads.map((workload) => ({
  name: `decode-${workload.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`,
  title: `Decoding: ${workload.name}`,
  run: (plan) => runWorkload(workload, plan.pairs),
}));
