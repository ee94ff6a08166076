import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { formatResult } from '../src/format/print.ts';
import type { PrintSettings, Table } from '../src/format/settings.ts';
import { DEFAULT_SETTINGS } from '../src/format/settings.ts';
import { changeSetting } from '../src/run/print-options.ts';

const psql = findPsql();
const marker = '=#=#= end of table =#=#=';

function findPsql(): string | undefined {
  const found = spawnSync('psql', ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

interface Case {
  readonly table: Table;
  readonly options: readonly (readonly [string, string])[];
}

const types = [
  { oid: 25, sql: 'text' },
  { oid: 23, sql: 'int4' },
  { oid: 1700, sql: 'numeric' },
  { oid: 16, sql: 'bool' },
] as const;
/** What tables trip over: wide and combining characters, tabs, line ends, control characters, quotes, separators. */
const pieces = [
  'a',
  'bc',
  'Déjà',
  'é',
  '日本',
  '한',
  '👍',
  'ﬀ',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r',
  '\u0001',
  '\u0085',
  '|',
  ',',
  '"',
  "'",
  '\\',
  '\\.',
  '+',
  '0',
  'ü',
  'Ω',
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 8 }).map((parts) => parts.join(''));
const name = fc
  .array(fc.constantFrom('a', 'long name', 'é', '日', '\n', 'x', '?'), { minLength: 1, maxLength: 3 })
  .map((parts) => parts.join(''));
const valuesOf = {
  text,
  int4: fc.integer({ min: -2147483648, max: 2147483647 }).map(String),
  numeric: fc.tuple(fc.integer(), fc.nat(999)).map(([whole, part]) => `${whole}.${String(part).padStart(3, '0')}`),
  bool: fc.constantFrom('t', 'f'),
} as const;

const table: fc.Arbitrary<Table> = fc
  .array(fc.record({ name, type: fc.constantFrom(...types) }), { minLength: 1, maxLength: 4 })
  .chain((columns) =>
    fc
      .array(fc.tuple(...columns.map(({ type }) => fc.option(valuesOf[type.sql], { freq: 6 }))), { maxLength: 4 })
      .map((rows) => ({ columns: columns.map((column) => ({ name: column.name, typeOid: column.type.oid })), rows })),
  );
const options = fc.record({
  format: fc.constantFrom('aligned', 'aligned', 'unaligned', 'csv'),
  border: fc.constantFrom('0', '1', '2'),
  expanded: fc.constantFrom('off', 'on', 'auto'),
  columns: fc.constantFrom('0', '12', '30'),
  tuples_only: fc.constantFrom('off', 'off', 'on'),
  footer: fc.constantFrom('on', 'off'),
  linestyle: fc.constantFrom('ascii', 'ascii', 'unicode'),
  null: fc.constantFrom('', 'NULL', '∅'),
  fieldsep: fc.constantFrom('|', ',', '::'),
  recordsep: fc.constantFrom('\n', ';'),
  csv_fieldsep: fc.constantFrom(',', ';', '.', '|'),
  title: fc.constantFrom('T', 'a title wider than many tables'),
});
const testCase: fc.Arbitrary<Case> = fc.record({ table, options: options.map((chosen) => Object.entries(chosen)) });

const literal = (value: string): string =>
  `E'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}'`;
const identifier = (value: string): string =>
  `U&"${[...value].map((character) => (/[a-z]/.test(character) ? character : `\\+${(character.codePointAt(0) ?? 0).toString(16).padStart(6, '0')}`)).join('')}"`;

function statementFor({ columns, rows }: Table): string {
  const typeName = (oid: number): string => types.find((type) => type.oid === oid)?.sql ?? 'text';
  const values = rows.map(
    (row) =>
      `(${row.map((value, index) => `${value === null ? 'NULL' : literal(value)}::${typeName(columns[index]?.typeOid ?? 25)}`).join(', ')})`,
  );
  const empty = `(${columns.map((column) => `NULL::${typeName(column.typeOid)}`).join(', ')})`;
  // Row order is that of VALUES; a table without rows is one row that a false condition drops.
  const names = columns.map((column, index) => `c${index} AS ${identifier(column.name)}`).join(', ');
  const inner = columns.map((_column, index) => `c${index}`).join(', ');
  return `SELECT ${names} FROM (VALUES ${values.length === 0 ? empty : values.join(', ')}) AS t(${inner})${values.length === 0 ? ' WHERE false' : ''};`;
}

function settingsFor(chosen: Case['options']): PrintSettings {
  return chosen.reduce<PrintSettings>((settings, [option, value]) => {
    const change = changeSetting(settings, option, value);
    if ('error' in change) throw new Error(change.error);
    return change.settings;
  }, DEFAULT_SETTINGS);
}

describe.skipIf(psql === undefined)(
  `tables as the machine's psql prints them (${psql ?? 'SKIPPED: no psql found'})`,
  () => {
    let cluster: Cluster;
    let folder: string;

    beforeAll(async () => {
      cluster = await startCluster();
      folder = mkdtempSync(join(tmpdir(), 'psql-output-'));
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await cluster.stop();
    });

    function psqlOutputs(cases: readonly Case[]): string[] {
      const script = cases
        .map(({ table: shown, options: chosen }) => {
          const sets = chosen.map(([option, value]) => `\\pset ${option} '${value.replaceAll('\n', '\\n')}'`);
          return `${sets.join('\n')}\n${statementFor(shown)}\n\\echo '${marker}'`;
        })
        .join('\n');
      const path = join(folder, 'tables.sql');
      writeFileSync(path, `${script}\n`);
      const flags = [
        '-X',
        '-q',
        '-v',
        'ON_ERROR_STOP=1',
        '-d',
        cluster.conninfo({ client_encoding: 'UTF8' }),
        '-f',
        path,
      ];
      const output = execFileSync('psql', flags, { encoding: 'utf8', maxBuffer: 1 << 28 });
      return output.split(`${marker}\n`).slice(0, -1);
    }

    test('random tables under random settings come out byte for byte', () => {
      const cases = fc.sample(testCase, { numRuns: Number(process.env['FUZZ_RUNS'] ?? 2_000), seed: 20_261_120 });
      const outputs = psqlOutputs(cases);
      expect(outputs).toHaveLength(cases.length);
      cases.forEach((one, index) => {
        const ours = formatResult(one.table, settingsFor(one.options));
        expect(ours, `case ${index}: ${JSON.stringify(one)}`).toBe(outputs[index]);
      });
    });
  },
);
