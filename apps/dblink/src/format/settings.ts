/** How results are printed; the names are those of psql's `\pset`. */
export interface PrintSettings {
  readonly format: OutputFormat;
  /** Columns as lines: never, always, or where a row is wider than the screen. */
  readonly expanded: 'off' | 'on' | 'auto';
  readonly border: 0 | 1 | 2;
  readonly linestyle: 'ascii' | 'unicode';
  /** What stands for NULL. */
  readonly null: string;
  readonly fieldsep: string;
  readonly recordsep: string;
  readonly csvFieldsep: string;
  /** Rows only: no title, header or footer. */
  readonly tuplesOnly: boolean;
  /** Whether `(n rows)` is printed. */
  readonly footer: boolean;
  readonly title: string | undefined;
  /** Width of the screen in columns, for `expanded: 'auto'`; undefined where there is none. */
  readonly columns: number | undefined;
}

/** psql's formats that are supported, and two of our own: `json`, an array, and `ndjson`, an object a line. */
export type OutputFormat = 'aligned' | 'unaligned' | 'csv' | 'json' | 'ndjson';

/** psql's own settings at its start. */
export const DEFAULT_SETTINGS: PrintSettings = {
  format: 'aligned',
  expanded: 'off',
  border: 1,
  linestyle: 'ascii',
  null: '',
  fieldsep: '|',
  recordsep: '\n',
  csvFieldsep: ',',
  tuplesOnly: false,
  footer: true,
  title: undefined,
  columns: undefined,
};

/** A result, or a table that a command such as `\d` makes up. */
export interface Table {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly title?: string | undefined;
  /** Lines below the table; `(n rows)` when left out. */
  readonly footers?: readonly string[] | undefined;
}

/** A column of a {@link Table}. */
export interface TableColumn {
  readonly name: string;
  readonly typeOid: number;
}

/** Takes the next piece of output. */
export type Emit = (text: string) => void;

/** The lines below a table; those of its own, or `(n rows)` where that is wanted. */
export function footersOf(table: Table, settings: PrintSettings): readonly string[] {
  if (table.footers !== undefined) return table.footers;
  if (!settings.footer) return [];
  return [table.rows.length === 1 ? '(1 row)' : `(${table.rows.length} rows)`];
}

const rightAligned = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069]);

/** Whether psql aligns values of this type to the right: numbers, OIDs, transaction numbers and money. */
export function isRightAligned(column: TableColumn): boolean {
  return rightAligned.has(column.typeOid);
}
