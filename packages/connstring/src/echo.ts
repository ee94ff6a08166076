import { findOption, isSecretOption } from './options.ts';

/**
 * How a message repeats a piece of the input.
 *
 * libpq repeats it as it stands. Ours masks what is a secret or may be a piece of one: the value of a password option,
 * stray text after one (a password with a blank in it that nobody quoted), and user information of something URI-like.
 */
export interface Echo {
  /** Text of the input; `secret` when it is, or touches, the value of a secret option. */
  text(fragment: string, secret: boolean): string;
  /** A whole connection URI. */
  uri(uri: string): string;
}

/** What stands where a secret was. */
export const MASK = '***';

/** libpq's own: everything verbatim. */
export const verbatimEcho: Echo = { text: (fragment) => fragment, uri: (uri) => uri };

/** Ours: what may be a secret is masked. */
export const maskingEcho: Echo = {
  text: (fragment, secret) => (secret ? MASK : maskUserinfo(fragment)),
  uri: maskUri,
};

/**
 * Whether an unknown word found right after the value of `previous` may be a piece of that value.
 *
 * A word that looks like a keyword and has its `=` is taken for a mistyped option, whose name helps the reader.
 */
export function mayBelongTo(previous: string | undefined, word: string, hasEquals: boolean): boolean {
  if (previous === undefined || !isSecretOption(previous)) return false;
  return !(hasEquals && /^[a-z][a-z0-9_]*$/.test(word));
}

/** Hides everything from the first `:` to the last `@`: a password may contain any other delimiter. */
function maskUserinfo(text: string): string {
  return text.replace(/:.*@/s, `:${MASK}@`);
}

/**
 * Hides the user information of a URI and the values of secret options in its query part.
 *
 * With an `@` in what may be the query part, nobody can tell where a password ends: then nothing is shown.
 */
export function maskUri(uri: string): string {
  const query = uri.indexOf('?');
  if (query >= 0 && uri.includes('@', query)) return uri.replace(/\/\/.*/s, `//${MASK}`);
  const authority = (query < 0 ? uri : uri.slice(0, query)).replace(/\/\/.*@/s, `//${MASK}@`);
  if (query < 0) return authority;
  const parameters = uri.slice(query + 1).split('&');
  return `${authority}?${parameters.map(maskParameter).join('&')}`;
}

function maskParameter(parameter: string, at: number, all: readonly string[]): string {
  const keyword = keywordOf(parameter);
  if (keyword !== undefined && isSecretOption(keyword)) return `${keyword}=${MASK}`;
  // An unknown word after a secret may be the rest of it, cut by a raw ampersand.
  const isKnown = keyword !== undefined && findOption(keyword) !== undefined;
  return isKnown || !all.slice(0, at).some(holdsSecret) ? parameter : MASK;
}

function holdsSecret(parameter: string): boolean {
  const keyword = keywordOf(parameter);
  return keyword === undefined || isSecretOption(keyword);
}

/** The decoded name of a query parameter, or `undefined` when it is broken. */
function keywordOf(parameter: string): string | undefined {
  const equals = parameter.indexOf('=');
  if (equals < 0) return undefined;
  try {
    return decodeURIComponent(parameter.slice(0, equals).replaceAll(' ', ''));
  } catch {
    return undefined;
  }
}
