import type { NeverNullColumns } from './never-null-types.ts';

/** Other branches, grouping sets and other statements may bring NULLs; a comment may hide anything. */
const UNCLEAR = /union|intersect|except|group|;|--|\/\*/;
const COALESCE = /^ *coalesce\( *[a-z0-9_]+ *,([^)]*)\)/;
/** What is never NULL whatever follows: a call, or a text. */
const VALUE = /^(?:count\(\*\)|count\([a-z0-9_]+\)|now\(\)|'[a-z0-9_]+')/;
const CAST = /::(?:int2|smallint|int4|int|integer|int8|bigint|float4|real|float8|numeric|text)$/;
const CONSTANT = /^(?:true|false|current_date|current_timestamp|[0-9]+)$/;

/**
 * Whether each column of a query is never NULL, as far as its select list shows without any knowledge of tables.
 *
 * Understood are whole numbers, plain texts, `true`, `false`, `current_date`, `current_timestamp`, `now()`, `count(*)`,
 * `count(column)` and `coalesce(column, constant)`, with a cast to a number or text and a name behind. Every other item
 * may be NULL; columns behind the last one here were not reached, and may be NULL too. Manual: "SELECT List".
 *
 * @param query - one SELECT; anything else gives no columns
 * @returns the columns from the first on; the compiler gives the same for a literal ({@link NeverNullColumns})
 *
 * @example
 * ```ts
 * neverNullColumns("SELECT count(*)::int AS n, name, 'x' AS source FROM t"); // [true, false, true]
 * neverNullColumns('SELECT 1 UNION SELECT NULL'); // []
 * ```
 */
export function neverNullColumns<const Query extends string>(query: Query): NeverNullColumns<Query>;
export function neverNullColumns(query: string): readonly boolean[] {
  const text = query.toLowerCase();
  if (UNCLEAR.test(text)) return [];
  const rest = /^select (.*)$/.exec(trimmed(text.replace(/[\n\r\t]/g, ' ')))?.[1];
  if (rest === undefined) return [];
  const end = rest.indexOf(' from ');
  return items(end < 0 ? rest : rest.slice(0, end));
}

const trimmed = (text: string): string => text.replace(/^ +| +$/g, '');

/** Goes on until an item whose end is not known for sure. */
function items(list: string): readonly boolean[] {
  const found: boolean[] = [];
  let rest: string | undefined = list;
  while (rest !== undefined) {
    const coalesced: RegExpExecArray | null = COALESCE.exec(rest);
    if (coalesced !== null) {
      if (item(trimmed(coalesced[1] ?? '')) !== true) return found;
      rest = `0${rest.slice(coalesced[0].length)}`;
    }
    const comma: number = rest.indexOf(',');
    const known = item(trimmed(comma < 0 ? rest : rest.slice(0, comma)));
    if (known === undefined) return found;
    found.push(known);
    rest = comma < 0 ? undefined : rest.slice(comma + 1);
  }
  return found;
}

/** True for an item that is never NULL, false for one that may be, undefined for one that may be several. */
function item(text: string): boolean | undefined {
  const short = text.replace(VALUE, '0');
  if (/["'([$*]/.test(short)) return undefined;
  const value = /^(.*?) as /.exec(short)?.[1] ?? /^([^ ]*) [a-z0-9_]+$/.exec(short)?.[1] ?? short;
  return CONSTANT.test(value.replace(CAST, ''));
}
