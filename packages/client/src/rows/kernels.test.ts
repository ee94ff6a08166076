import { type FieldDescription, Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import { afterEach, expect, test, vi } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { FieldFinder, type Kernel } from './field-finder.ts';
import { loadKernels } from './kernels.ts';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

const types = new TypeRegistry();
/** int4, int8, text, timestamptz, float8, numeric, bool. */
const OIDS = [23, 20, 25, 1184, 701, 1700, 16];

function fields(): readonly FieldDescription[] {
  const field = { name: '', tableOid: 0, columnNumber: 0, typeSize: -1, typeModifier: -1, format: 0 as const };
  return OIDS.map((typeOid) => ({ ...field, typeOid }));
}

function rowOf(index: number, text: string): readonly (string | null)[] {
  const seconds = String(index % 60).padStart(2, '0');
  const timestamp = `2024-02-29 12:00:${seconds}.25+00`;
  return [
    String(index),
    `${index}0000000000`,
    text,
    timestamp,
    String(index / 7),
    `${index}.01`,
    index % 2 ? 't' : null,
  ];
}

function encoded(rows: readonly (readonly (string | null)[])[]): Uint8Array {
  const writer = new Writer();
  for (const row of rows) encodeDataRow(writer, row);
  return writer.take();
}

/** What the collector of a module graph of its own makes of the runs. */
async function collect(runs: readonly Uint8Array[]): Promise<unknown> {
  const { TypedColumnCollector } = await import('./typed-columns.ts');
  const { kernelFinderOf } = await import('./kernel-loading.ts');
  const collector = new TypedColumnCollector(types);
  collector.rowDescription(fields());
  for (const [index, run] of runs.entries()) {
    collector.dataRows(run, 0, run.length);
    // By now the collector has asked for the kernels.
    if (index === 1)
      await vi.waitFor(() => expect(kernelFinderOf(1, new FieldFinder(1)) !== undefined || wasRefused).toBe(true));
  }
  collector.commandComplete('SELECT 1');
  return collector.finish();
}

/** Whether WebAssembly was asked for in vain. */
let wasRefused = false;

test('where WebAssembly is forbidden the columns are the same', async () => {
  const short = encoded(Array.from({ length: 1000 }, (_, index) => rowOf(index, `text ${index}`)));
  const long = encoded([7, 8, 9].map((index) => rowOf(index, 'x'.repeat(index * 10_000))));
  const runs = [short, short, short, long, short];
  const byKernels = await collect(runs);
  vi.resetModules();
  vi.stubGlobal('WebAssembly', {
    instantiate: () => {
      wasRefused = true;
      return Promise.reject(new Error('forbidden'));
    },
  });
  expect(await collect(runs)).toStrictEqual(byKernels);
  expect(wasRefused).toBe(true);
});

const spelled: readonly (readonly [
  kernel: Kernel,
  values: Int32Array | BigInt64Array | Float64Array,
  column: number,
])[] = [
  ['int32', new Int32Array(3), 0],
  ['int64', new BigInt64Array(3), 1],
  ['timestamp', new BigInt64Array(3), 3],
  ['float8', new Float64Array(3), 4],
];

test.each(spelled)(
  '%s: what the server commonly writes is not left to the plain loop',
  async (kernel, values, column) => {
    const kernels = await loadKernels();
    const finder = kernels.finderOf(OIDS.length, new FieldFinder(OIDS.length));
    const bytes = encoded([1, 40_000, 50_000].map((index) => rowOf(index, '')));
    finder?.begin(bytes);
    expect(finder?.find(0, bytes.length, 3)).toBe(bytes.length);
    const found = finder?.found;
    if (found === undefined) throw new Error('nothing was found');
    kernels.fill(kernel, found, column * found.stride, values, 0, () => {
      throw new Error('the plain loop was asked');
    });
    expect(values.every((value) => value > 0)).toBe(true);
  },
);

test('a row that does not fill its message is refused as by the plain loops', async () => {
  const finder = (await loadKernels()).finderOf(OIDS.length, new FieldFinder(OIDS.length));
  const bytes = encoded(['a', 'b', 'c'].map((text) => rowOf(1, text)));
  // The length of the first field of the second row.
  new DataView(bytes.buffer, bytes.byteOffset).setInt32(bytes.length / 3 + 7, 500);
  finder?.begin(bytes);
  const next = finder?.find(0, bytes.length, 512) ?? 0;
  expect(next).toBe(bytes.length / 3);
  expect(() => finder?.find(next, bytes.length, 512)).toThrow('insufficient data in "D" message');
});

test('rows of more columns than there is room for are left to the plain loops', async () => {
  const kernels = await loadKernels();
  expect(kernels.finderOf(4096, new FieldFinder(4096))).toBeDefined();
  expect(kernels.finderOf(4097, new FieldFinder(4097))).toBeUndefined();
});
