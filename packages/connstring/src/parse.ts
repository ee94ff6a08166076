import type { Echo } from './echo.ts';
import { maskingEcho, mayBelongTo, verbatimEcho } from './echo.ts';
import { ConninfoError, isConninfoError } from './errors.ts';
import { readPairs } from './keyword-value.ts';
import type { ConninfoKeyword } from './options.generated.ts';
import { type ConninfoOptions, findOption, isSecretOption, optionsFrom } from './options.ts';
import { assertUtf8 } from './percent.ts';
import { redactConninfo } from './redact.ts';
import { assertText } from './text.ts';
import { isConninfoUri, readUri, type StoreOption } from './uri.ts';

/**
 * The options that a connection string itself gives, keyword/value or URI, as `PQconninfoParse` of libpq 18 reads it.
 *
 * No value is checked yet and nothing is filled in: see {@link resolveConninfo}. The last of equal keywords wins.
 *
 * @throws ConninfoError with libpq's message for broken syntax and unknown keywords; also for bytes that are not UTF-8.
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNSTRING
 * @example
 * parseConninfo("host=localhost dbname='my db'"); // { dbname: 'my db', host: 'localhost' }
 * parseConninfo('postgresql://u@h1:1,h2:2/d'); // { user: 'u', dbname: 'd', host: 'h1,h2', port: '1,2' }
 */
export function parseConninfo(text: string): ConninfoOptions {
  try {
    return parseWith(text, maskingEcho);
  } catch (error) {
    if (!(error instanceof ConninfoError)) throw error;
    throw new ConninfoError(error.code, error.message, { keyword: error.keyword, input: redactConninfo(text) });
  }
}

/** What a connection string itself says: its options, or libpq's message. */
export type ParseOutcome = { readonly options: ConninfoOptions } | { readonly error: string };

/**
 * As {@link parseConninfo}, but the outcome is a value, and a message repeats the input exactly as libpq's does,
 * passwords included: for tools that show connection strings to their owner, never for logs.
 *
 * @example
 * parseVerbatim('password=my secret'); // { error: 'missing "=" after "secret" in connection info string' }
 */
export function parseVerbatim(text: string): ParseOutcome {
  try {
    return { options: parseWith(text, verbatimEcho) };
  } catch (error) {
    if (!isConninfoError(error)) throw error;
    return { error: error.message };
  }
}

function parseWith(text: string, echo: Echo): ConninfoOptions {
  assertText(text);
  const values = new Map<ConninfoKeyword, string>();
  const store = storeInto(values);
  if (isConninfoUri(text)) {
    readUri(text, store, echo);
    for (const [keyword, value] of values) assertUtf8(value, isSecretOption(keyword), echo);
    return optionsFrom(values);
  }
  let previous: string | undefined;
  for (const { name, value } of readPairs(text, echo)) {
    if (!store(name, value)) {
      const shown = echo.text(name, mayBelongTo(previous, name, true));
      throw new ConninfoError('unknown-keyword', `invalid connection option "${shown}"`);
    }
    previous = name;
  }
  return optionsFrom(values);
}

/** Both string grammars still take `requiressl`, which libpq translates at once. */
function storeInto(values: Map<ConninfoKeyword, string>): StoreOption {
  return (keyword, value) => {
    if (keyword === 'requiressl') {
      values.set('sslmode', value.startsWith('1') ? 'require' : 'prefer');
      return true;
    }
    const option = findOption(keyword);
    if (option === undefined) return false;
    values.set(option.keyword, value);
    return true;
  };
}
