import { describe, expect, it } from 'vitest';
import { formatResult } from './print.ts';
import type { Table } from './settings.ts';

const table: Table = {
  columns: [
    { name: 'id', typeOid: 20 },
    { name: 'name', typeOid: 25 },
  ],
  rows: [
    ['1', 'Ada'],
    ['20', null],
  ],
};

it('prints a table as psql does at its start', () => {
  expect(formatResult(table)).toBe(' id | name \n----+------\n  1 | Ada\n 20 | \n(2 rows)\n\n');
});

describe('footers', () => {
  it('are those of the table where it has some, and can be left out', () => {
    expect(formatResult({ ...table, footers: ['Indexes:'] })).toMatch(/20 \| \nIndexes:\n\n$/);
    expect(formatResult({ ...table, footers: [] })).toMatch(/20 \| \n\n$/);
    expect(formatResult(table, { footer: false })).toMatch(/20 \| \n\n$/);
  });
});

describe('expanded: auto', () => {
  it('is expanded where the table is wider than the screen', () => {
    expect(formatResult(table, { expanded: 'auto', columns: 9 })).toMatch(/^-\[ RECORD 1 \]/);
    expect(formatResult(table, { expanded: 'auto', columns: 80 })).toBe(formatResult(table));
    expect(formatResult(table, { expanded: 'auto', columns: undefined })).toBe(formatResult(table));
  });

  it('never is with a single column', () => {
    const narrow: Table = { columns: [{ name: 'text', typeOid: 25 }], rows: [['a long value']] };
    expect(formatResult(narrow, { expanded: 'auto', columns: 5 })).toBe(formatResult(narrow));
  });
});

describe('json and ndjson', () => {
  const values: Table = {
    columns: [
      { name: 'i', typeOid: 20 },
      { name: 'n', typeOid: 1700 },
      { name: 'f', typeOid: 701 },
      { name: 'b', typeOid: 16 },
      { name: 'j', typeOid: 3802 },
      { name: 't"', typeOid: 25 },
    ],
    rows: [
      ['9223372036854775807', '1.50', 'NaN', 't', '{"a": [1,\n  2]}', 'x\ny'],
      [null, '-0.1e-3', '-Infinity', 'f', 'null', ''],
    ],
  };

  it('keep every digit, and make strings of what JSON has no number for', () => {
    const lines = formatResult(values, { format: 'ndjson' }).split('\n');
    expect(lines).toEqual([
      '{"i":9223372036854775807,"n":1.50,"f":"NaN","b":true,"j":{"a": [1, 2]},"t\\"":"x\\ny"}',
      '{"i":null,"n":-0.1e-3,"f":"-Infinity","b":false,"j":null,"t\\"":""}',
      '',
    ]);
  });

  it('are JSON', () => {
    const parsed = JSON.parse(formatResult(values, { format: 'json' })) as readonly Record<string, unknown>[];
    expect(parsed).toHaveLength(2);
    expect(parsed[0]).toMatchObject({ b: true, f: 'NaN', j: { a: [1, 2] }, 't"': 'x\ny' });
    expect(formatResult({ ...values, rows: [] }, { format: 'json' })).toBe('[]\n');
    expect(formatResult({ ...values, rows: [] }, { format: 'ndjson' })).toBe('');
  });
});
