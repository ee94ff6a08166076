import { ConninfoError } from './errors.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const KEY_BYTES = 32;

/**
 * A SCRAM key given as base64: 32 bytes.
 *
 * @throws ConninfoError `invalid SCRAM client key` or `invalid SCRAM client key length: …`, or with `server`.
 */
export function decodeScramKey(value: string, side: 'client' | 'server'): Uint8Array {
  const keyword = `scram_${side}_key`;
  const bytes = decodeBase64(value);
  if (bytes === undefined) throw new ConninfoError('invalid-value', `invalid SCRAM ${side} key`, { keyword });
  if (bytes.length !== KEY_BYTES) {
    const message = `invalid SCRAM ${side} key length: ${bytes.length}`;
    throw new ConninfoError('invalid-value', message, { keyword });
  }
  return Uint8Array.from(bytes);
}

/** Padded base64 as pg_b64_decode takes it: no blanks, every group complete. */
function decodeBase64(text: string): readonly number[] | undefined {
  if (text.length % 4 !== 0) return undefined;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const group = text.slice(at, at + 4);
    const data = group.replace(/={1,2}$/, '');
    if (data.length < 4 && at + 4 < text.length) return undefined;
    let bits = 0;
    for (const symbol of data) {
      const six = ALPHABET.indexOf(symbol);
      if (six < 0) return undefined;
      bits = bits * 64 + six;
    }
    bits *= 64 ** (4 - data.length);
    bytes.push(...[bits >> 16, (bits >> 8) & 255, bits & 255].slice(0, data.length - 1));
  }
  return bytes;
}
