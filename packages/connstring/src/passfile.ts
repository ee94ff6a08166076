import type { ConninfoHost } from './hosts.ts';
import { isSocketName } from './hosts.ts';

/** What the first four fields of a password file's line are compared with. */
export interface PassfileKey {
  readonly host: string;
  readonly port: string;
  readonly dbname: string;
  readonly user: string;
}

/**
 * The password of the first matching line of a password file, or `undefined`; an empty password is a match, too.
 *
 * Lines are `host:port:dbname:user:password`. A field that is `*` alone matches anything; a backslash makes the next
 * character literal; the password ends at an unescaped colon.
 *
 * @see https://www.postgresql.org/docs/18/libpq-pgpass.html
 * @example
 * findPassword('*:*:*:alice:sesame\n', { host: 'h', port: '5432', dbname: 'd', user: 'alice' }); // 'sesame'
 */
export function findPassword(text: string, key: PassfileKey): string | undefined {
  const fields = [key.host, key.port, key.dbname, key.user];
  for (const written of text.split('\n')) {
    const line = written.replace(/\r+$/, '');
    if (line.startsWith('#')) continue;
    let at: number | undefined = 0;
    for (const field of fields) at = at === undefined ? undefined : matchField(line, at, field);
    if (at !== undefined) return unescapePassword(line, at);
  }
  return undefined;
}

/** Where the field after this one begins, if the one at `from` matches. */
function matchField(line: string, from: number, key: string): number | undefined {
  if (line.startsWith('*:', from)) return from + 2;
  let at = from;
  let taken = 0;
  while (at < line.length) {
    // The key is what is consumed: an unescaped colon of the file also matches a colon of the key.
    if (line[at] === ':' && taken === key.length) return at + 1;
    if (line[at] === '\\') at += 1;
    if (at >= line.length || line[at] !== key[taken]) return undefined;
    at += 1;
    taken += 1;
  }
  return undefined;
}

function unescapePassword(line: string, from: number): string {
  let password = '';
  for (let at = from; at < line.length && line[at] !== ':'; at += 1) {
    // A backslash that ends the line stands for itself.
    if (line[at] === '\\' && at + 1 < line.length) at += 1;
    password += line.charAt(at);
  }
  return password;
}

/**
 * What a password file is asked for one host: its name, else its address, else `localhost`, which also stands for the
 * default socket directory.
 *
 * @example
 * passfileKey({ kind: 'unix', host: '/tmp', hostaddr: '', port: '5432' }, 'd', 'u', '/tmp').host; // 'localhost'
 */
export function passfileKey(host: ConninfoHost, dbname: string, user: string, socketDirectory: string): PassfileKey {
  const name = host.host || host.hostaddr || 'localhost';
  const isDefaultSocket = isSocketName(name) && name === socketDirectory;
  return { host: isDefaultSocket ? 'localhost' : name, port: host.port, dbname, user };
}
