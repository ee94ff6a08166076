import type { Echo } from './echo.ts';
import { mayBelongTo } from './echo.ts';
import { ConninfoError } from './errors.ts';
import { isSecretOption } from './options.ts';
import { decodeComponent, printable } from './percent.ts';
import { utf8Length } from './text.ts';

const SCHEMES = ['postgresql://', 'postgres://'] as const;

/** Takes one option; `false` when the keyword is unknown. */
export type StoreOption = (keyword: string, value: string) => boolean;

/**
 * Whether libpq reads the text as a URI: it begins, exactly so, with `postgresql://` or `postgres://`.
 *
 * @example
 * isConninfoUri('postgresql://localhost/postgres'); // true
 * isConninfoUri('POSTGRESQL://localhost/postgres'); // false
 */
export function isConninfoUri(text: string): boolean {
  return SCHEMES.some((scheme) => text.startsWith(scheme));
}

/**
 * The options of a connection URI, stored in libpq's order (`conninfo_uri_parse_options` in fe-connect.c).
 *
 * The grammar is neither RFC 3986 nor WHATWG: several hosts, `#` is data, the first `@` before a `/` ends the user
 * information, and host and port lists are decoded after they are joined.
 */
export function readUri(uri: string, store: StoreOption, echo: Echo): void {
  const scheme = SCHEMES.find((candidate) => uri.startsWith(candidate)) ?? '';
  const authorityAt = readUserinfo(uri, scheme.length, store, echo);
  const { hosts, ports, end } = readHosts(uri, authorityAt, echo);
  // A raw @ further on means that a raw / or @ has cut a password: then these may be pieces of it.
  const mayHoldPassword = uri.includes('@', authorityAt);
  if (hosts !== '') store('host', decodeComponent(hosts, mayHoldPassword, echo));
  if (ports !== '') store('port', decodeComponent(ports, mayHoldPassword, echo));
  let at = end;
  if (uri[at] === '/') {
    const nameEnd = findFirst(uri, at + 1, '?');
    const dbname = uri.slice(at + 1, nameEnd);
    if (dbname !== '') store('dbname', decodeComponent(dbname, dbname.includes('@'), echo));
    at = nameEnd;
  }
  if (at < uri.length) readParameters(uri.slice(at + 1), store, echo);
}

function readUserinfo(uri: string, from: number, store: StoreOption, echo: Echo): number {
  const end = findFirst(uri, from, '@/');
  if (uri[end] !== '@') return from;
  const userinfo = uri.slice(from, end);
  const colon = findFirst(userinfo, 0, ':');
  const user = userinfo.slice(0, colon);
  const password = userinfo.slice(colon + 1);
  if (user !== '') store('user', decodeComponent(user, false, echo));
  if (password !== '') store('password', decodeComponent(password, true, echo));
  return end + 1;
}

function readHosts(
  uri: string,
  from: number,
  echo: Echo,
): { readonly hosts: string; readonly ports: string; readonly end: number } {
  let hosts = '';
  let ports = '';
  let at = from;
  for (;;) {
    const { host, end } = uri[at] === '[' ? readBracketed(uri, at, echo) : readHost(uri, at);
    hosts += host;
    at = end;
    if (uri[at] === ':') {
      const portEnd = findFirst(uri, at + 1, '/?,');
      ports += uri.slice(at + 1, portEnd);
      at = portEnd;
    }
    if (uri[at] !== ',') return { hosts, ports, end: at };
    hosts += ',';
    ports += ',';
    at += 1;
  }
}

function readHost(uri: string, from: number): { readonly host: string; readonly end: number } {
  const end = findFirst(uri, from, ':/?,');
  return { host: uri.slice(from, end), end };
}

function readBracketed(uri: string, from: number, echo: Echo): { readonly host: string; readonly end: number } {
  const close = uri.indexOf(']', from);
  if (close < 0) {
    const what = 'end of string reached when looking for matching "]" in IPv6 host address in URI';
    throw new ConninfoError('uri-syntax', `${what}: "${echo.uri(uri)}"`);
  }
  if (close === from + 1) {
    throw new ConninfoError('uri-syntax', `IPv6 host address may not be empty in URI: "${echo.uri(uri)}"`);
  }
  const end = close + 1;
  const next = uri.codePointAt(end);
  if (next !== undefined && !':/?,'.includes(uri.charAt(end))) {
    // libpq prints one byte here; the first byte of a longer character is no text by itself.
    const shown = next < 0x80 ? String.fromCharCode(next) : '\u{FFFD}';
    const position = utf8Length(uri.slice(0, end)) + 1;
    const what = `unexpected character "${shown}" at position ${position} in URI (expected ":" or "/")`;
    throw new ConninfoError('uri-syntax', `${what}: "${echo.uri(uri)}"`);
  }
  return { host: uri.slice(from + 1, close), end };
}

function readParameters(query: string, store: StoreOption, echo: Echo): void {
  let previous: string | undefined;
  for (let at = 0; at < query.length; ) {
    const end = findFirst(query, at, '&');
    const parameter = query.slice(at, end);
    const [rawKey = '', rawValue, ...extra] = parameter.split('=');
    const keyShown = (hasEquals: boolean): string => echo.text(rawKey, mayBelongTo(previous, rawKey, hasEquals));
    if (extra.length > 0) {
      const message = `extra key/value separator "=" in URI query parameter: "${keyShown(true)}"`;
      throw new ConninfoError('uri-syntax', message);
    }
    if (rawValue === undefined) {
      const message = `missing key/value separator "=" in URI query parameter: "${keyShown(false)}"`;
      throw new ConninfoError('uri-syntax', message);
    }
    const key = decodeComponent(rawKey, mayBelongTo(previous, rawKey, true), echo);
    const value = decodeComponent(rawValue, isSecretOption(key) || mayBelongTo(previous, key, true), echo);
    const known = key === 'ssl' && value === 'true' ? store('sslmode', 'require') : store(key, value);
    if (!known) {
      const shown = echo.text(printable(key), mayBelongTo(previous, key, true));
      throw new ConninfoError('unknown-keyword', `invalid URI query parameter: "${shown}"`);
    }
    previous = key;
    at = end + 1;
  }
}

/** Where the first of the given characters stands at or after `from`, or the end of the text. */
function findFirst(text: string, from: number, characters: string): number {
  let at = from;
  while (at < text.length && !characters.includes(text.charAt(at))) at += 1;
  return at;
}
