import { type Cluster, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatResult } from '../src/format/print.ts';
import { DEFAULT_SETTINGS, type PrintSettings, type Table } from '../src/format/settings.ts';
import { NO_PSQL, runPsql } from './psql.ts';
import { psetCommands, queried } from './tables.ts';

let cluster: Cluster | undefined;
beforeAll(async () => {
  if (NO_PSQL === undefined) cluster = await startCluster();
});
afterAll(async () => {
  await cluster?.stop();
});

type Case = readonly [table: Table, settings: PrintSettings];
const boundary = '<<<end of result>>>';

/** What psql prints for each case, and what we print; one process for all of them. */
function printBoth(cases: readonly Case[]): { readonly theirs: string[]; readonly ours: string[] } {
  if (cluster === undefined) throw new Error('no server');
  const script = cases.map(
    ([table, settings]) => `${psetCommands(settings)}\n${queried(table).sql};\n\\qecho '${boundary}'\n`,
  );
  const { stdout, stderr } = runPsql(cluster, ['-q', '-f', '-'], script.join(''));
  expect(stderr).toBe('');
  const theirs = stdout.split(`${boundary}\n`).slice(0, -1);
  return { theirs, ours: cases.map(([table, settings]) => formatResult(table, settings)) };
}

const text = (name: string): Table['columns'][number] => ({ name, typeOid: 25 });
const tables: Readonly<Record<string, Table>> = {
  'a number and a text': {
    columns: [{ name: 'n', typeOid: 23 }, text('name')],
    rows: [
      ['1', 'one'],
      ['-20', 'twenty'],
      [null, null],
    ],
  },
  'values of several lines': {
    columns: [text('first\ncolumn'), text('b'), { name: 'c\nd\ne', typeOid: 1700 }],
    rows: [
      ['one\ntwo\nthree', 'x', '1.50'],
      ['', 'a\nlonger line', '20'],
      ['\n', null, null],
    ],
  },
  'wide and combining characters': {
    columns: [text('名前'), text('e\u0301')],
    rows: [
      ['東京都', 'cafe\u0301'],
      ['한국', '👍 ok'],
      ['ﾊﾝｶｸ', 'ﬁ'],
    ],
  },
  'control characters': {
    columns: [text('t'), text('u')],
    rows: [
      ['a\tb', 'c\rd'],
      ['\u0001\u001b[1m', '\u0085'],
      ['12345678\t9', '\t\t|'],
    ],
  },
  'one row': { columns: [{ name: 'only', typeOid: 16 }], rows: [['t']] },
  'no rows': { columns: [text('a'), { name: 'bb', typeOid: 701 }], rows: [] },
  'no columns': { columns: [], rows: [[], []] },
  neither: { columns: [], rows: [] },
  'csv specials': {
    columns: [text('a,b'), text('c"d')],
    rows: [
      ['x,y', 'say "hi"'],
      ['\\.', 'line\nline'],
      ['', null],
      [' ', ';'],
    ],
  },
  'many records in expanded form': {
    columns: [text('a long name of a column'), text('b')],
    rows: Array.from({ length: 11 }, (_value, index) => [`value ${index}`, index % 2 === 0 ? null : 'b']),
  },
};

const grid: PrintSettings[] = [];
for (const format of ['aligned', 'unaligned', 'csv'] as const)
  for (const expanded of ['off', 'on'] as const)
    for (const tuplesOnly of [false, true])
      for (const border of format === 'aligned' ? ([0, 1, 2] as const) : ([1] as const))
        for (const linestyle of format === 'aligned' ? (['ascii', 'unicode'] as const) : (['ascii'] as const))
          for (const title of [undefined, 'A title'])
            grid.push({ ...DEFAULT_SETTINGS, format, expanded, tuplesOnly, border, linestyle, title, null: '∅' });

for (const [name, table] of Object.entries(tables)) {
  it(`prints ${name} as psql does, in ${grid.length} settings`, (context) => {
    if (NO_PSQL !== undefined) context.skip(NO_PSQL);
    const cases = grid.map((settings): Case => [table, settings]);
    const { ours, theirs } = printBoth(cases);
    expect(theirs).toHaveLength(grid.length);
    ours.forEach((text, index) => {
      expect(text, JSON.stringify(grid[index])).toBe(theirs[index]);
    });
  });
}

const characters = fc.constantFrom(
  ...'abZ019 _-|+,;.\\"\'\n\r\t',
  '\u0001',
  '\u00a0',
  'é',
  '\u0301',
  'ß',
  '漢',
  'ｶ',
  '한',
  '👍',
  'א',
);
const texts = fc.string({ unit: characters, maxLength: 12 });
const names = fc.string({ unit: characters, minLength: 1, maxLength: 8 });
const kinds = {
  16: fc.constantFrom('t', 'f'),
  23: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map(String),
  25: texts,
  1700: fc.tuple(fc.integer(), fc.nat({ max: 99 })).map(([whole, part]) => `${whole}.${String(part).padStart(2, '0')}`),
} as const;
const columns = fc.array(
  fc.record({
    name: names,
    typeOid: fc.constantFrom(16 as const, 23 as const, 25 as const, 25 as const, 1700 as const),
  }),
  { maxLength: 4 },
);
const anyTable: fc.Arbitrary<Table> = columns.chain((list) =>
  fc
    .array(fc.tuple(...list.map(({ typeOid }) => fc.option(kinds[typeOid], { freq: 5 }))), { maxLength: 5 })
    .map((rows) => ({ columns: list, rows })),
);
const anySettings: fc.Arbitrary<PrintSettings> = fc.record({
  format: fc.constantFrom('aligned' as const, 'aligned' as const, 'unaligned' as const, 'csv' as const),
  expanded: fc.constantFrom('off' as const, 'on' as const, 'auto' as const),
  border: fc.constantFrom(0 as const, 1 as const, 2 as const),
  linestyle: fc.constantFrom('ascii' as const, 'unicode' as const),
  null: fc.constantFrom('', 'NULL', '∅', '漢'),
  fieldsep: fc.constantFrom('|', '\t', ', ', '\0'),
  recordsep: fc.constantFrom('\n', '\0', ';', '--\n'),
  csvFieldsep: fc.constantFrom(',', ';', '.', '\\', '\t'),
  tuplesOnly: fc.boolean(),
  footer: fc.boolean(),
  title: fc.constantFrom(undefined, 'T', 'A title that is wider than most tables'),
  columns: fc.constantFrom(undefined, 10, 40),
});

it('prints any table in any settings as psql does', (context) => {
  if (NO_PSQL !== undefined) context.skip(NO_PSQL);
  fc.assert(
    fc.property(fc.array(fc.tuple(anyTable, anySettings), { minLength: 12, maxLength: 12 }), (cases) => {
      const { ours, theirs } = printBoth(cases);
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 60 },
  );
});
