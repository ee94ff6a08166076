import type { Echo } from './echo.ts';
import { ConninfoError } from './errors.ts';

/**
 * One component of a connection URI without its percent-encoding, as `conninfo_uri_decode` of libpq 18 does it.
 *
 * Plain spaces around the component are dropped and one inside it is refused; `+` is data. libpq hands on whatever bytes
 * come out; a JavaScript string cannot, so bytes that are not UTF-8 are refused as an invalid token.
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
    throw invalidToken(shown());
  }
}

function invalidToken(shown: string): ConninfoError {
  return new ConninfoError('percent-encoding', `invalid percent-encoded token: "${shown}"`);
}

/** Percent-encodes every byte outside `A-Z a-z 0-9 - . _ ~`. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
