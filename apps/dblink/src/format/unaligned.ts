import { type Emit, footersOf, type PrintSettings, type Table } from './settings.ts';

/** Prints values between separators, as psql does under `\a`. */
export function printUnaligned(table: Table, settings: PrintSettings, emit: Emit): void {
  const { fieldsep, recordsep, tuplesOnly } = settings;
  const records: string[] = [];
  if (!tuplesOnly) {
    if (table.title !== undefined) records.push(table.title);
    records.push(table.columns.map((column) => column.name).join(fieldsep));
  }
  if (table.columns.length > 0) {
    for (const row of table.rows) records.push(row.map((value) => value ?? settings.null).join(fieldsep));
  }
  if (!tuplesOnly) records.push(...footersOf(table, settings));
  if (records.length > 0) emit(records.join(recordsep) + lastSeparator(recordsep));
}

/** The same with a line for each value, and two separators between records. */
export function printUnalignedExpanded(table: Table, settings: PrintSettings, emit: Emit): void {
  const { fieldsep, recordsep, tuplesOnly } = settings;
  const records = table.rows.map((row) =>
    row.map((value, index) => `${table.columns[index]?.name}${fieldsep}${value ?? settings.null}`).join(recordsep),
  );
  const hasRecords = table.columns.length > 0 && records.length > 0;
  const parts = hasRecords ? records : [];
  if (!tuplesOnly && table.title !== undefined) parts.unshift(table.title);
  let text = parts.join(recordsep + recordsep);
  if (!tuplesOnly && table.footers !== undefined && table.footers.length > 0) {
    text += recordsep + table.footers.map((footer) => recordsep + footer).join('');
  }
  if (parts.length > 0) emit(text + lastSeparator(recordsep));
  else if (text !== '') emit(text);
}

/** The last record ends with a newline, whatever separates records, unless that is the zero byte. */
function lastSeparator(recordsep: string): string {
  return recordsep === '\0' ? '\0' : '\n';
}
