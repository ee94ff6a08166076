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

/**
 * Base64 as libpq's pg_b64_decode takes it: no blanks, every group of four complete.
 *
 * The first padding says how many bytes this and every later group gives, and nothing forbids later groups.
 */
function decodeBase64(text: string): readonly number[] | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let filled = 0;
  let bytesInGroup = 3;
  for (const symbol of text) {
    const six = symbol === '=' ? 0 : ALPHABET.indexOf(symbol);
    if (six < 0) return undefined;
    if (symbol === '=' && bytesInGroup === 3) {
      if (filled < 2) return undefined;
      bytesInGroup = filled - 1;
    }
    bits = bits * 64 + six;
    filled += 1;
    if (filled < 4) continue;
    bytes.push(...[bits >> 16, (bits >> 8) & 255, bits & 255].slice(0, bytesInGroup));
    bits = 0;
    filled = 0;
  }
  return filled === 0 ? bytes : undefined;
}
