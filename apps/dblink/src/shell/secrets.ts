import { looksLikeConninfo, redactConninfo } from '@pg-dblink/connstring';

const quoted = /'((?:[^']|'')*)'|\$(\w*)\$([\s\S]*?)\$\2\$/g;
/** Words that stand before a secret, in SQL (`PASSWORD '…'`) and in connection strings. */
const secretWord = /passw(?:or)?d|passphrase|_secret|scram_(?:client|server)_key/i;

/**
 * Whether a statement may hold a password: it is not written to a file then.
 *
 * It takes rather too many for secret than too few.
 *
 * @example
 * ```ts
 * holdsSecret("select dblink_connect('host=h password=sesame')"); // true
 * holdsSecret("select dblink_connect('postgresql://u:sesame@h')"); // true
 * ```
 */
export function holdsSecret(statement: string): boolean {
  if (secretWord.test(statement)) return true;
  for (const [, single, , dollar] of statement.matchAll(quoted)) {
    const text = single?.replaceAll("''", "'") ?? dollar ?? '';
    const mayConnect = looksLikeConninfo(text) || text.includes('://');
    if (mayConnect && redactConninfo(text) !== text) return true;
  }
  // A URI outside quotes: an argument of a backslash command, or a string that has not ended.
  return /:\/\/[^\s'"/@]+@/.test(statement);
}
