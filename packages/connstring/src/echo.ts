import { isSecretOption } from './options.ts';

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

/** Hides the user information of a URI and the values of secret options in its query part. */
export function maskUri(uri: string): string {
  const masked = uri.replace(/\/\/.*@/s, `//${MASK}@`);
  const query = masked.indexOf('?');
  if (query < 0) return masked;
  const parameters = masked.slice(query + 1).split('&');
  return `${masked.slice(0, query)}?${parameters.map(maskParameter).join('&')}`;
}

function maskParameter(parameter: string, at: number, all: readonly string[]): string {
  const equals = parameter.indexOf('=');
  // Without a separator this may be the rest of a password that contains a raw ampersand.
  if (equals < 0) return at > 0 && all.slice(0, at).some(isSecretParameter) ? MASK : parameter;
  return isSecretParameter(parameter) ? `${parameter.slice(0, equals)}=${MASK}` : parameter;
}

function isSecretParameter(parameter: string): boolean {
  const key = parameter.split('=', 1).join('').replaceAll(' ', '');
  try {
    return isSecretOption(decodeURIComponent(key));
  } catch {
    return true;
  }
}
