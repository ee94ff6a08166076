import { ConninfoError } from './errors.ts';
import type { ConninfoKeyword } from './options.generated.ts';

/** The options whose value is an integer. */
export type IntegerKeyword = Extract<
  ConninfoKeyword,
  | 'port'
  | 'connect_timeout'
  | 'keepalives'
  | 'keepalives_idle'
  | 'keepalives_interval'
  | 'keepalives_count'
  | 'tcp_user_timeout'
>;

/**
 * An integer option as C's `strtol` and a 32-bit check take it: blanks around, a sign, decimal digits.
 *
 * libpq looks at integers only while it connects, so the texts of earlier failures come first; any error ends the
 * whole attempt.
 *
 * @throws ConninfoError `invalid integer value "…" for connection option "…"`.
 * @example
 * parseInteger(' +3 ', 'connect_timeout'); // 3
 */
export function parseInteger(value: string, keyword: IntegerKeyword): number {
  const match = /^[ \t\n\v\f\r]*([+-]?[0-9]+)[ \t\n\v\f\r]*$/.exec(value);
  const number = Number(match?.[1] ?? Number.NaN);
  if (!(number >= -0x8000_0000 && number <= 0x7fff_ffff)) {
    const message = `invalid integer value "${value}" for connection option "${keyword}"`;
    throw new ConninfoError('invalid-integer', message, { keyword });
  }
  // A minus sign before zero is not a value of its own.
  return number + 0;
}

/**
 * One element of `port` as a port number; an empty one is 5432.
 *
 * @throws ConninfoError with code `invalid-integer`, which ends the whole attempt, or `invalid-port`, after which libpq
 * goes on to the next host.
 * @example
 * parsePort('6543'); // 6543
 */
export function parsePort(text: string): number {
  if (text === '') return 5432;
  const port = parseInteger(text, 'port');
  if (port < 1 || port > 65535) {
    throw new ConninfoError('invalid-port', `invalid port number: "${text}"`, { keyword: 'port' });
  }
  return port;
}
