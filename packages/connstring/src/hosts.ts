import { ConninfoError } from './errors.ts';
import type { ConninfoOptions } from './options.ts';

/**
 * One place to connect to.
 *
 * `unix`: `host` is a socket directory, or an abstract name when it begins with `@`. `name`: `host` is looked up in DNS.
 * `address`: `hostaddr` is numeric and no name is looked up; `host`, if any, is the name for TLS, messages and the
 * password file. `port` is text as given, `5432` when empty: see {@link parsePort}.
 */
export interface ConninfoHost {
  readonly kind: 'unix' | 'name' | 'address';
  readonly host: string;
  readonly hostaddr: string;
  readonly port: string;
}

/**
 * The hosts of a connection in the order they are tried, from the lists `host`, `hostaddr` and `port`.
 *
 * `socketDirectory` is where a host that is not named is looked for; without one it is `localhost` over TCP.
 *
 * @throws ConninfoError with libpq's message when the lists do not have the same length.
 * @see https://www.postgresql.org/docs/18/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 * @example
 * splitHosts({ host: 'a,b', port: '1,2' }, '/tmp').map(({ host, port }) => `${host}:${port}`); // ['a:1', 'b:2']
 */
export function splitHosts(options: ConninfoOptions, socketDirectory: string): readonly ConninfoHost[] {
  const names = splitList(options.host);
  const addresses = splitList(options.hostaddr);
  const ports = splitList(options.port);
  const count = addresses.length || names.length || 1;
  if (addresses.length > 0 && names.length > 0 && names.length !== addresses.length) {
    const message = `could not match ${names.length} host names to ${addresses.length} hostaddr values`;
    throw new ConninfoError('host-count', message, { keyword: 'hostaddr' });
  }
  if (ports.length > 1 && ports.length !== count) {
    const message = `could not match ${ports.length} port numbers to ${count} hosts`;
    throw new ConninfoError('port-count', message, { keyword: 'port' });
  }
  return Array.from({ length: count }, (_, at) => {
    const port = (ports.length === 1 ? ports[0] : ports[at]) || '5432';
    return place(names[at] ?? '', addresses[at] ?? '', port, socketDirectory);
  });
}

function place(host: string, hostaddr: string, port: string, socketDirectory: string): ConninfoHost {
  if (hostaddr !== '') return { kind: 'address', host, hostaddr, port };
  if (host !== '') return { kind: isSocketName(host) ? 'unix' : 'name', host, hostaddr, port };
  if (socketDirectory !== '') return { kind: 'unix', host: socketDirectory, hostaddr, port };
  return { kind: 'name', host: 'localhost', hostaddr, port };
}

/** Elements are cut at commas, with no escape and no trimming; an empty list option counts as not given. */
function splitList(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : value.split(',');
}

/** Whether libpq takes a host for a Unix-domain socket: an absolute path, or `@` and an abstract name. */
export function isSocketName(host: string): boolean {
  return host.startsWith('/') || host.startsWith('@');
}
