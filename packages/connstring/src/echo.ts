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
  return maskBetween(text, ':');
}

/** Hides what lies between the first `opening` and the last `@` after it. */
export function maskBetween(text: string, opening: string): string {
  const from = text.indexOf(opening);
  const to = text.lastIndexOf('@');
  return from < 0 || to < from + opening.length ? text : `${text.slice(0, from)}${opening}${MASK}${text.slice(to)}`;
}

/**
 * Hides the user information of a URI and the values of secret options in its query part.
 *
 * With an `@` in what may be the query part, nobody can tell where a password ends: then nothing is shown.
 */
export function maskUri(uri: string): string {
  const query = uri.indexOf('?');
  if (query >= 0 && uri.includes('@', query)) return `${uri.slice(0, uri.indexOf('//'))}//${MASK}`;
  const authority = maskBetween(query < 0 ? uri : uri.slice(0, query), '//');
  if (query < 0) return authority;
  return `${authority}?${maskParameters(uri.slice(query + 1).split('&')).join('&')}`;
}

function maskParameters(parameters: readonly string[]): readonly string[] {
  let isAfterSecret = false;
  return parameters.map((parameter) => {
    const keyword = keywordOf(parameter);
    const isSecret = keyword !== undefined && isSecretOption(keyword);
    // An unknown word after a secret may be the rest of it, cut by a raw ampersand.
    const isRest = isAfterSecret && (keyword === undefined || findOption(keyword) === undefined);
    isAfterSecret ||= isSecret || keyword === undefined;
    if (isSecret) return `${keyword}=${MASK}`;
    return isRest ? MASK : parameter;
  });
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
