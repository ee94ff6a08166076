import { LocalProtocolError, RemoteProtocolError } from '../errors.ts';
import { shortAscii } from './short-ascii.ts';

/**
 * Turns the bytes from `start` up to `end` into text. The caller chooses the implementation: the portable
 * {@link decodeUtf8}, or what its platform does faster. `view`, where the caller has one, is of the same memory as
 * `bytes`: it reads several bytes in one step.
 */
export type DecodeText = (bytes: Uint8Array, start: number, end: number, view?: DataView) => string;

/** The two globals that every platform has and that the compiler's ES library does not declare. */
interface UniversalGlobals {
  readonly TextEncoder: new () => {
    encodeInto(text: string, into: Uint8Array): { readonly read: number; readonly written: number };
  };
  readonly TextDecoder: new (
    label: 'utf-8',
    options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}

const { TextEncoder, TextDecoder } = globalThis as unknown as UniversalGlobals;

// Without ignoreBOM a leading U+FEFF, which PostgreSQL keeps, would vanish.
const lossy = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
const fatal = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * Decodes UTF-8; ill-formed bytes become U+FFFD, as text from a server whose encoding is not yet settled must be read.
 *
 * @example
 * ```ts
 * decodeUtf8(new Uint8Array([0xc3, 0xa9]), 0, 2); // 'é'
 * ```
 */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number, view?: DataView): string {
  return shortAscii(bytes, start, end - start, view) ?? lossy.decode(bytes.subarray(start, end));
}

/**
 * Decodes UTF-8 and throws RemoteProtocolError (`invalid-text`) where it is ill-formed.
 *
 * @example
 * ```ts
 * decodeUtf8Strict(new Uint8Array([0xff]), 0, 1); // throws
 * ```
 */
export function decodeUtf8Strict(bytes: Uint8Array, start: number, end: number, view?: DataView): string {
  const ascii = shortAscii(bytes, start, end - start, view);
  if (ascii !== undefined) return ascii;
  try {
    return fatal.decode(bytes.subarray(start, end));
  } catch {
    throw new RemoteProtocolError('invalid-text', 'invalid byte sequence for encoding "UTF8"');
  }
}

/** Writes well-formed `text` at `at`, where there must be room, and returns the number of bytes written. */
export function encodeUtf8Into(text: string, into: Uint8Array, at: number): number {
  return encoder.encodeInto(text, at === 0 ? into : into.subarray(at)).written;
}

/** The number of bytes that well-formed `text` takes in UTF-8. */
export function utf8ByteLength(text: string): number {
  const { length } = text;
  let byteLength = length;
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0x80) continue;
    // Each half of a surrogate pair counts two of the pair's four bytes.
    byteLength += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return byteLength;
}

// With the u flag only an unpaired half matches.
const loneSurrogate = /\p{Surrogate}/u;

/** Refuses a lone surrogate, which every encoder would silently turn into U+FFFD. */
export function requireWellFormed(text: string, messageType?: string): void {
  if (loneSurrogate.test(text)) {
    throw new LocalProtocolError('lone-surrogate', 'text contains a lone surrogate', messageType);
  }
}
