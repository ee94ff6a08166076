import type { Emit, PrintSettings, Table } from './settings.ts';

const numbers = new Set([20, 21, 23, 26, 700, 701, 1700]);
const documents = new Set([114, 3802]);
const booleanOid = 16;
const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** Prints an array of objects, one a row. */
export function printJson(table: Table, _settings: PrintSettings, emit: Emit): void {
  const write = rowWriter(table);
  if (table.rows.length === 0) {
    emit('[]\n');
    return;
  }
  table.rows.forEach((row, index) => {
    emit(`${index === 0 ? '[' : ',\n '}${write(row)}`);
  });
  emit(']\n');
}

/** Prints an object a line. */
export function printNdjson(table: Table, _settings: PrintSettings, emit: Emit): void {
  const write = rowWriter(table);
  for (const row of table.rows) emit(`${write(row)}\n`);
}

/**
 * Values become JSON as `to_json` makes them: numbers keep every digit, json and jsonb go in as they are, NaN and the
 * infinities are strings, as is every other type.
 */
function rowWriter(table: Table): (row: readonly (string | null)[]) => string {
  const writers = table.columns.map((column) => {
    const name = JSON.stringify(column.name);
    return (value: string | null): string => `${name}:${jsonValue(value, column.typeOid)}`;
  });
  return (row) => `{${writers.map((write, index) => write(row[index] ?? null)).join(',')}}`;
}

function jsonValue(value: string | null, typeOid: number): string {
  if (value === null) return 'null';
  if (typeOid === booleanOid) return value === 't' ? 'true' : 'false';
  if (numbers.has(typeOid) && jsonNumber.test(value)) return value;
  // A document may span lines; within JSON, a line break outside a string is only layout.
  if (documents.has(typeOid)) return value.replace(/\r?\n\s*/g, ' ');
  return JSON.stringify(value);
}
