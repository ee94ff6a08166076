import { ConninfoError } from './errors.ts';

/** The authentication methods that `require_auth` knows; `none` is a server that asks for nothing. */
export type AuthMethod = 'password' | 'md5' | 'gss' | 'sspi' | 'scram-sha-256' | 'oauth' | 'none';

const METHODS: readonly AuthMethod[] = ['password', 'md5', 'gss', 'sspi', 'scram-sha-256', 'oauth', 'none'];

/**
 * The methods that a `require_auth` value lets the server use; `undefined` when it demands nothing.
 *
 * The list is all plain or all negated with `!`. An empty value demands nothing.
 *
 * @throws ConninfoError with libpq's message for an unknown, doubled or wrongly mixed method.
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-CONNECT-REQUIRE-AUTH
 * @example
 * parseRequireAuth('scram-sha-256,none')?.has('md5'); // false
 */
export function parseRequireAuth(value: string | undefined): ReadonlySet<AuthMethod> | undefined {
  if (value === undefined || value === '') return undefined;
  const elements = value.split(',');
  const isNegative = elements[0]?.startsWith('!') ?? false;
  const named = new Set<AuthMethod>();
  for (const element of elements) {
    if (element.startsWith('!') !== isNegative) {
      throw refuse(
        isNegative
          ? `require_auth method "${element}" cannot be mixed with negative methods`
          : `negative require_auth method "${element}" cannot be mixed with non-negative methods`,
      );
    }
    const name = isNegative ? element.slice(1) : element;
    const method = METHODS.find((candidate) => candidate === name);
    if (method === undefined) throw refuse(`invalid require_auth value: "${name}"`);
    if (named.has(method)) throw refuse(`require_auth method "${element}" is specified more than once`);
    named.add(method);
  }
  return new Set(METHODS.filter((method) => named.has(method) !== isNegative));
}

function refuse(message: string): ConninfoError {
  return new ConninfoError('invalid-value', message, { keyword: 'require_auth' });
}
