import { CONNINFO_OPTIONS, type ConninfoKeyword, type ConninfoOption } from './options.generated.ts';

/**
 * Options that have a value, by keyword, in the order of libpq's table.
 *
 * An empty string is a value: it hides the environment variable and the default.
 */
export type ConninfoOptions = { readonly [keyword in ConninfoKeyword]?: string };

const TABLE: ReadonlyMap<string, ConninfoOption> = new Map(CONNINFO_OPTIONS.map((option) => [option.keyword, option]));

/**
 * The row of libpq's option table for a keyword, or `undefined` when libpq 18 does not know it.
 *
 * @example
 * findOption('application_name')?.envvar; // 'PGAPPNAME'
 */
export function findOption(keyword: string): ConninfoOption | undefined {
  return TABLE.get(keyword);
}

/**
 * Whether the values of an option are to be hidden: passwords (`*`) and what libpq marks as for debugging (`D`), which
 * includes the SCRAM keys.
 *
 * @example
 * isSecretOption('password'); // true
 */
export function isSecretOption(keyword: string): boolean {
  const option = TABLE.get(keyword);
  return option !== undefined && option.dispchar !== '';
}

/** The collected values as a record in the table's order, without a prototype. */
export function optionsFrom(values: ReadonlyMap<ConninfoKeyword, string>): ConninfoOptions {
  const record = Object.create(null) as Record<ConninfoKeyword, string>;
  for (const { keyword } of CONNINFO_OPTIONS) {
    const value = values.get(keyword);
    if (value !== undefined) record[keyword] = value;
  }
  return record;
}

/** The known options of a record with their keywords typed, in the table's order. */
export function entriesOf(options: ConninfoOptions): readonly (readonly [ConninfoKeyword, string])[] {
  const entries: (readonly [ConninfoKeyword, string])[] = [];
  for (const { keyword } of CONNINFO_OPTIONS) {
    const value = options[keyword];
    if (value !== undefined) entries.push([keyword, value]);
  }
  return entries;
}
