import { ConninfoError } from './errors.ts';
import type { ConninfoKeyword } from './options.generated.ts';
import { type ConninfoOptions, entriesOf, findOption, optionsFrom } from './options.ts';
import { parseConninfo } from './parse.ts';
import { looksLikeConninfo } from './redact.ts';
import { assertText } from './text.ts';

/** One element of the keyword and value arrays of `PQconnectdbParams`; `undefined` and `null` stand for its NULL. */
export type ConninfoPair = readonly [keyword: string, value: string | null | undefined];

/**
 * The options of keyword and value pairs, as `PQconnectdbParams` reads its arrays.
 *
 * Pairs without a value or with an empty one are skipped, even unknown ones. With `expandDbname` the first `dbname`, if
 * it looks like a connection string, is parsed as one: it overrides the pairs before it and yields to those after it.
 *
 * @throws ConninfoError with libpq's message for an unknown keyword or a broken `dbname`.
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-PQCONNECTDBPARAMS
 * @example
 * parsePairs([['dbname', 'host=h port=7'], ['port', '8']], { expandDbname: true }); // { host: 'h', port: '8' }
 */
export function parsePairs(
  pairs: Iterable<ConninfoPair>,
  options: { readonly expandDbname: boolean } = { expandDbname: false },
): ConninfoOptions {
  const all = [...pairs];
  const values = new Map<ConninfoKeyword, string>();
  // The first dbname that is not NULL decides, even an empty one; it is parsed before anything is stored.
  const first = options.expandDbname
    ? all.find(([keyword, value]) => keyword === 'dbname' && isGiven(value))
    : undefined;
  const expanded = first?.[1] && looksLikeConninfo(first[1]) ? parseConninfo(first[1]) : undefined;
  for (const pair of all) {
    const [keyword, value] = pair;
    if (!isGiven(value) || value === '') continue;
    const option = findOption(keyword);
    if (option === undefined) throw new ConninfoError('unknown-keyword', `invalid connection option "${keyword}"`);
    assertText(value, option.keyword);
    if (pair === first && expanded !== undefined) {
      for (const [name, expandedValue] of entriesOf(expanded)) values.set(name, expandedValue);
    } else {
      values.set(option.keyword, value);
    }
  }
  return optionsFrom(values);
}

function isGiven(value: string | null | undefined): value is string {
  return value !== null && value !== undefined;
}

/**
 * The options of what a caller may pass for a connection: a connection string, or an object of options.
 *
 * A string is read as by {@link parseConninfo}; an object as by {@link parsePairs}, with `dbname` expanded.
 *
 * @throws ConninfoError with libpq's message.
 * @example
 * readConninfo({ host: 'localhost', dbname: 'postgres' });
 */
export function readConninfo(conninfo: string | Readonly<Record<string, string | undefined>>): ConninfoOptions {
  if (typeof conninfo === 'string') return parseConninfo(conninfo);
  return parsePairs(Object.entries(conninfo), { expandDbname: true });
}
