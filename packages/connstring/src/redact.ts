import { MASK, maskBetween, maskUri, verbatimEcho } from './echo.ts';
import { isConninfoError } from './errors.ts';
import { readPairs } from './keyword-value.ts';
import { type ConninfoOptions, entriesOf, findOption, isSecretOption, optionsFrom } from './options.ts';
import { isConninfoUri } from './uri.ts';

/**
 * Whether libpq would expand a `dbname` with this value: it is a URI or contains `=`.
 *
 * @example
 * looksLikeConninfo('postgres'); // false
 * looksLikeConninfo('dbname=postgres'); // true
 */
export function looksLikeConninfo(text: string): boolean {
  return isConninfoUri(text) || text.includes('=');
}

/**
 * The connection string as it may be shown: `***` for the values of secret options and the user information of a URI.
 *
 * It takes any text, broken connection strings too, and then hides rather too much than too little.
 *
 * @example
 * redactConninfo('host=h password=sesame'); // 'host=h password=***'
 * redactConninfo('postgresql://u:sesame@h/d'); // 'postgresql://***@h/d'
 */
export function redactConninfo(text: string): string {
  if (isConninfoUri(text)) return maskUri(text);
  let shown = '';
  let at = 0;
  try {
    for (const pair of readPairs(text, verbatimEcho)) {
      // An unknown word after a secret is most likely the rest of it.
      if (shown !== '' && findOption(pair.name) === undefined) return shown + redactBroken(text.slice(at), true);
      const isNested = pair.name === 'dbname' && looksLikeConninfo(pair.value);
      if (!isSecretOption(pair.name) && !isNested) continue;
      shown += text.slice(at, pair.at) + (isNested ? quoteValue(redactConninfo(pair.value)) : MASK);
      at = pair.end;
    }
  } catch (error) {
    if (!isConninfoError(error)) throw error;
    return shown + redactBroken(text.slice(at), shown !== '');
  }
  return shown + redactLoose(text.slice(at));
}

/**
 * A copy of the options in which each secret value is `***`, also inside a `dbname` that is a connection string.
 *
 * @example
 * redactOptions({ host: 'h', password: 'sesame' }); // { password: '***', host: 'h' }
 */
export function redactOptions(options: ConninfoOptions): ConninfoOptions {
  return optionsFrom(new Map(entriesOf(options).map(([keyword, value]) => [keyword, shownValue(keyword, value)])));
}

/** The value of one option as it may be shown. */
export function shownValue(keyword: string, value: string): string {
  if (isSecretOption(keyword)) return value === '' ? '' : MASK;
  return keyword === 'dbname' && looksLikeConninfo(value) ? redactConninfo(value) : value;
}

/** A value as the keyword/value grammar takes every value: in quotes, with quotes and backslashes escaped. */
export function quoteValue(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&')}'`;
}

/** The rest of a text that does not parse; nothing is shown after a secret or a word that announces one. */
function redactBroken(rest: string, afterSecret: boolean): string {
  if (afterSecret) return rest === '' ? '' : ` ${MASK}`;
  const word = /pass|pwd|secret|_key/i.exec(rest);
  const shown = word === null ? rest : `${rest.slice(0, word.index + word[0].length)}${MASK}`;
  return redactLoose(shown);
}

/** User information of something URI-like that stands where none is read. */
function redactLoose(text: string): string {
  return maskBetween(text, '://');
}
