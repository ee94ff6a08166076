import type { Echo } from './echo.ts';
import { ConninfoError } from './errors.ts';

/**
 * One component of a connection URI without its percent-encoding, as `conninfo_uri_decode` of libpq 18 does it.
 *
 * Plain spaces around the component are dropped and one inside it is refused; `+` is data. libpq hands on whatever bytes
 * come out. A byte that is not UTF-8 becomes a lone surrogate here (0xDC00 + byte), which no value may keep in the end.
 */
export function decodeComponent(component: string, secret: boolean, echo: Echo): string {
  const start = component.search(/[^ ]|$/);
  const space = component.indexOf(' ', start);
  const end = space < 0 ? component.length : space;
  const text = component.slice(start, end);
  const shown = (): string => echo.text(component, secret);
  for (let at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 1)) {
    const token = text.slice(at + 1, at + 3);
    if (!/^[0-9A-Fa-f]{2}$/.test(token)) throw invalidToken(shown());
    if (token === '00') {
      const message = `forbidden value %00 in percent-encoded value: "${shown()}"`;
      throw new ConninfoError('percent-encoding', message);
    }
  }
  if (/[^ ]/.test(component.slice(end))) {
    const message = `unexpected spaces found in "${shown()}", use percent-encoded spaces (%20) instead`;
    throw new ConninfoError('uri-syntax', message);
  }
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, decodeBytes);
  }
}

/** A run of encoded bytes, character by character, with a lone surrogate for each byte that belongs to none. */
function decodeBytes(run: string): string {
  let text = '';
  for (let at = 0; at < run.length; ) {
    const first = Number.parseInt(run.slice(at + 1, at + 3), 16);
    const byteLength = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    const encoded = run.slice(at, at + 3 * byteLength);
    const character = decodeOrUndefined(encoded);
    text += character ?? String.fromCharCode(0xdc00 + first);
    at += character === undefined ? 3 : encoded.length;
  }
  return text;
}

function decodeOrUndefined(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/**
 * Refuses a value with bytes that are not UTF-8, which no JavaScript string can carry to the server.
 *
 * libpq accepts it; this is the one place where a string that parses there does not parse here.
 */
export function assertUtf8(value: string, secret: boolean, echo: Echo): void {
  if (!/\p{Surrogate}/u.test(value)) return;
  throw invalidToken(echo.text(value.replace(/\p{Surrogate}/gu, encodeByte), secret));
}

function encodeByte(surrogate: string): string {
  return `%${(surrogate.charCodeAt(0) - 0xdc00).toString(16)}`;
}

/** Text for a message, with the usual replacement character for bytes that are not UTF-8. */
export function printable(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

function invalidToken(shown: string): ConninfoError {
  return new ConninfoError('percent-encoding', `invalid percent-encoded token: "${shown}"`);
}

/** Percent-encodes every byte outside `A-Z a-z 0-9 - . _ ~`. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
