import { type ConninfoOptions, entriesOf, optionsFrom } from './options.ts';
import { encodeComponent } from './percent.ts';
import { quoteValue } from './redact.ts';

/**
 * The options as a keyword/value connection string; every value is quoted, so that each survives as it is.
 *
 * It contains the passwords: give it {@link redactOptions} of the options to show them to anybody.
 *
 * @example
 * formatConninfo({ host: 'h', dbname: "it's" }); // "dbname='it\\'s' host='h'"
 */
export function formatConninfo(options: ConninfoOptions): string {
  return entriesOf(options)
    .map(([keyword, value]) => `${keyword}=${quoteValue(value)}`)
    .join(' ');
}

/**
 * The options as a connection URI that reads back as the same options.
 *
 * User, hosts and dbname stand in their places where the grammar can express them, everything else in the query part.
 *
 * @example
 * formatUri({ user: 'u', dbname: 'd', host: '::1', port: '6543' }); // 'postgresql://u@[::1]:6543/d'
 */
export function formatUri(options: ConninfoOptions): string {
  const query = new Map(entriesOf(options));
  const take = (keyword: 'user' | 'password' | 'dbname'): string => {
    const value = options[keyword] ?? '';
    if (value !== '') query.delete(keyword);
    return encodeComponent(value);
  };
  const user = take('user');
  const password = take('password');
  const hosts = formatHosts(options.host, options.port);
  if (hosts !== undefined) {
    query.delete('host');
    query.delete('port');
  }
  const dbname = take('dbname');
  const userinfo = user + (password === '' ? '' : `:${password}`);
  const parameters = entriesOf(optionsFrom(query)).map(([keyword, value]) => `${keyword}=${encodeComponent(value)}`);
  return [
    'postgresql://',
    userinfo === '' ? '' : `${userinfo}@`,
    hosts ?? '',
    dbname === '' ? '' : `/${dbname}`,
    parameters.length === 0 ? '' : `?${parameters.join('&')}`,
  ].join('');
}

/** Hosts and ports as the authority of a URI, or `undefined` where it would read back as other lists. */
function formatHosts(host: string | undefined, port: string | undefined): string | undefined {
  if (host === '' || port === '') return undefined;
  const hosts = (host ?? '').split(',');
  const ports = port?.split(',') ?? [];
  if (port === undefined ? hosts.length !== 1 : hosts.length !== ports.length) return undefined;
  if (host === undefined && hosts.length > 1) return undefined;
  return hosts
    .map((name, at) => {
      const element = encodeComponent(ports[at] ?? '');
      return formatHost(name) + (element === '' ? '' : `:${element}`);
    })
    .join(',');
}

function formatHost(name: string): string {
  const isIpv6 = /^[0-9a-f.]*:[0-9a-f.:]*(%[\w.-]+)?$/i.test(name);
  return isIpv6 ? `[${name.replace('%', '%25')}]` : encodeComponent(name);
}
