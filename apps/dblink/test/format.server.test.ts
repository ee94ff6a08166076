import { type Cluster, startCluster } from '@pg-dblink/testkit';
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
  'signs that are also drawn as pictures': {
    columns: [text('© ® ™'), text('☀')],
    rows: [
      ['ℹ ↔ ▶', '✈'],
      ['🌧', '⌚ ⭐ 😀'],
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
