import type { Emit, PrintSettings, Table } from './settings.ts';

/** Prints comma-separated values as psql does under `--csv`. */
export function printCsv(table: Table, settings: PrintSettings, emit: Emit): void {
  const quote = quoting(settings.csvFieldsep);
  const line = (values: readonly string[]): string => `${values.map(quote).join(settings.csvFieldsep)}\n`;
  if (!settings.tuplesOnly) emit(line(table.columns.map((column) => column.name)));
  if (table.columns.length === 0) return;
  for (const row of table.rows) emit(line(row.map((value) => value ?? settings.null)));
}

/** The same with a line of name and value for each value. */
export function printCsvExpanded(table: Table, settings: PrintSettings, emit: Emit): void {
  const quote = quoting(settings.csvFieldsep);
  for (const row of table.rows) {
    row.forEach((value, index) => {
      const name = table.columns[index]?.name ?? '';
      emit(`${quote(name)}${settings.csvFieldsep}${quote(value ?? settings.null)}\n`);
    });
  }
}

function quoting(separator: string): (value: string) => string {
  const isOddSeparator = separator === '\\' || separator === '.';
  return (value) =>
    isOddSeparator || value === '\\.' || value.includes(separator) || /["\r\n]/.test(value)
      ? `"${value.replaceAll('"', '""')}"`
      : value;
}
