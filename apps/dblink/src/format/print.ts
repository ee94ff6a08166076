import { alignedWidth, printAligned } from './aligned.ts';
import { printCsv, printCsvExpanded } from './csv.ts';
import { printExpanded } from './expanded.ts';
import { printJson, printNdjson } from './json.ts';
import { DEFAULT_SETTINGS, type Emit, type PrintSettings, type Table } from './settings.ts';
import { printUnaligned, printUnalignedExpanded } from './unaligned.ts';

/** Prints a table as the settings say, piece by piece. */
export function printTable(table: Table, settings: PrintSettings, emit: Emit): void {
  const titled =
    table.title === undefined && settings.title !== undefined ? { ...table, title: settings.title } : table;
  printerOf(titled, settings)(titled, settings, emit);
}

/**
 * A result as psql prints it, ending with what psql prints after it.
 *
 * @example
 * ```ts
 * formatResult({ columns: [{ name: 'greeting', typeOid: 25 }], rows: [['hello']] });
 * //  greeting
 * // ----------
 * //  hello
 * // (1 row)
 * ```
 */
export function formatResult(table: Table, settings: Partial<PrintSettings> = {}): string {
  const pieces: string[] = [];
  printTable(table, { ...DEFAULT_SETTINGS, ...settings }, (text) => pieces.push(text));
  return pieces.join('');
}

type Printer = (table: Table, settings: PrintSettings, emit: Emit) => void;

function printerOf(table: Table, settings: PrintSettings): Printer {
  switch (settings.format) {
    case 'json':
      return printJson;
    case 'ndjson':
      return printNdjson;
    case 'csv':
      return settings.expanded === 'on' ? printCsvExpanded : printCsv;
    case 'unaligned':
      return settings.expanded === 'on' ? printUnalignedExpanded : printUnaligned;
    case 'aligned':
      return isExpanded(table, settings) ? printExpanded : printAligned;
  }
}

function isExpanded(table: Table, settings: PrintSettings): boolean {
  if (settings.expanded !== 'auto' || settings.columns === undefined) return settings.expanded === 'on';
  // One column would be no narrower in expanded form.
  if (table.columns.length < 2) return false;
  return alignedWidth(table, settings) > settings.columns;
}
