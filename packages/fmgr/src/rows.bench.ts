// Rows from DataRow bytes into the caller's tuplestore, without a network: node --import tsx src/rows.bench.ts [rows]
import { PGlite } from '@electric-sql/pglite';
import { type Call, defineExtension, doubleFileGrowth, type Format } from './index.ts';

const ROWS = Number(process.argv[2] ?? 1_000_000);
const PAIRS = 5;
const PIECE = 64 * 1024;

type Field = (row: number) => Uint8Array;

interface Case {
  readonly columns: string;
  readonly format: Format;
  readonly fields: readonly Field[];
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function binary(byteLength: number, write: (view: DataView, row: number) => void): Field {
  return (row) => {
    const bytes = new Uint8Array(byteLength);
    write(new DataView(bytes.buffer), row);
    return bytes;
  };
}

const int4 = binary(4, (view, row) => view.setInt32(0, row));
const timestamptz = binary(8, (view, row) => view.setBigInt64(0, BigInt(row) * 1_000_000n + 123_456n));
const float8 = binary(8, (view, row) => view.setFloat64(0, row * 1.5));
const label: Field = (row) => text(`row number ${row}`);
const umlaut: Field = (row) => text(`größe nº ${row} — ça va`);
const isoTime = (row: number): Uint8Array =>
  text(`${new Date(Date.UTC(2000, 0, 1) + row * 1000).toISOString().slice(0, 19).replace('T', ' ')}.123456+00`);

const CASES: Readonly<Record<string, Case>> = {
  'int, text, timestamptz, float8 (binary)': {
    columns: 'a int, b text, c timestamptz, d float8',
    format: 1,
    fields: [int4, label, timestamptz, float8],
  },
  'the same in text format': {
    columns: 'a int, b text, c timestamptz, d float8',
    format: 0,
    fields: [(row) => text(String(row)), label, isoTime, (row) => text(String(row * 1.5))],
  },
  'one int (binary)': { columns: 'a int', format: 1, fields: [int4] },
  'non-ASCII text': { columns: 'a text, b text', format: 1, fields: [umlaut, umlaut] },
};

function encodeRows({ fields }: Case): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for (let row = 0; row < ROWS; row += 1) {
    const values = fields.map((field) => field(row));
    const length = values.reduce((sum, value) => sum + 4 + value.length, 6);
    const bytes = new Uint8Array(1 + length);
    const view = new DataView(bytes.buffer);
    bytes[0] = 0x44;
    view.setInt32(1, length);
    view.setInt16(5, values.length);
    let at = 7;
    for (const value of values) {
      view.setInt32(at, value.length);
      bytes.set(value, at + 4);
      at += 4 + value.length;
    }
    chunks.push(bytes);
    total += bytes.length;
  }
  const all = new Uint8Array(new SharedArrayBuffer(total));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

let current: { readonly bytes: Uint8Array; readonly format: Format } = { bytes: new Uint8Array(0), format: 1 };
let inHook = 0;
let cpuInHook = 0;

function feed(call: Call): void {
  const begin = performance.now();
  const cpu = process.cpuUsage();
  call.prepareSet();
  const descriptor = call.resultDescriptor();
  const rows = call.openRows(
    descriptor,
    descriptor.attributes.map(() => current.format),
  );
  for (let at = 0; at < current.bytes.length; at += PIECE) {
    rows.put(current.bytes, at, Math.min(at + PIECE, current.bytes.length));
  }
  rows.finish();
  inHook = performance.now() - begin;
  cpuInHook = process.cpuUsage(cpu).user / 1000 + process.cpuUsage(cpu).system / 1000;
}

const ONE = Uint8Array.of(0x44, 0, 0, 0, 11, 0, 1, 0, 0, 0, 1, 0x31);

function oneRow(call: Call): void {
  call.prepareSet();
  call.openRows(call.resultDescriptor()).put(ONE);
}

const extension = defineExtension({
  name: 'bench_rows',
  defaultVersion: '1.0',
  scripts: {
    'bench_rows--1.0.sql': `
      CREATE FUNCTION feed() RETURNS SETOF record AS 'MODULE_PATHNAME', 'feed' LANGUAGE C;
      CREATE FUNCTION one_row(int) RETURNS SETOF record AS 'MODULE_PATHNAME', 'one_row' LANGUAGE C;
      CREATE FUNCTION empty_call(int) RETURNS int AS 'MODULE_PATHNAME', 'empty_call' LANGUAGE C STRICT;`,
  },
  functions: { feed, one_row: oneRow, empty_call: (call) => call.returnInt4(call.int4(0)) },
});

const doubling = {
  name: extension.name,
  setup: async (instance: unknown, emscriptenOpts: unknown) => {
    const part = await extension.setup(instance, emscriptenOpts);
    return { ...part, emscriptenOpts: doubleFileGrowth(part.emscriptenOpts) };
  },
};
const pg = await PGlite.create({ extensions: { extension: doubling } });
await pg.exec('CREATE EXTENSION bench_rows');
const only = process.argv[3];
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
for (const [name, entry] of Object.entries(CASES)) {
  if (only !== undefined && !name.includes(only)) continue;
  current = { bytes: encodeRows(entry), format: entry.format };
  const times: { all: number; hook: number; cpu: number }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const begin = performance.now();
    const { rows } = await pg.query<{ n: number }>(`SELECT count(*)::int AS n FROM feed() AS t(${entry.columns})`);
    if (rows[0]?.n !== ROWS) throw new Error(`expected ${ROWS} rows, got ${rows[0]?.n}`);
    times.push({ all: performance.now() - begin, hook: inHook, cpu: cpuInHook });
  }
  const best = (key: 'all' | 'hook' | 'cpu'): string => Math.min(...times.map((time) => time[key])).toFixed(0);
  print(`${name}: ${best('hook')} ms in the function (CPU ${best('cpu')}), ${best('all')} ms with count(*)`);
}

async function microsecondsEach(calls: number, sql: string, without: string): Promise<string> {
  const timed = async (text: string): Promise<number> => {
    const begin = performance.now();
    await pg.query(text);
    return performance.now() - begin;
  };
  const best = async (text: string): Promise<number> =>
    Math.min(await timed(text), await timed(text), await timed(text));
  return ((((await best(sql)) - (await best(without))) * 1000) / calls).toFixed(2);
}

const calls = Math.min(ROWS, 200_000);
const series = `generate_series(1, ${calls}) AS g(i)`;
const scalar = await microsecondsEach(
  calls,
  `SELECT sum(empty_call(i)) FROM ${series}`,
  `SELECT sum(i) FROM ${series}`,
);
const set = await microsecondsEach(
  calls,
  `SELECT sum(a) FROM ${series}, LATERAL one_row(i) AS t(a int)`,
  `SELECT sum(a) FROM ${series}, LATERAL (SELECT i OFFSET 0) AS t(a)`,
);
print(`one scalar call: ${scalar} µs; one set of one int row: ${set} µs`);
await pg.close();
