/**
 * SHA-256 (FIPS 180-4) and HMAC (RFC 2104) without a platform: SCRAM hashes a dozen short messages, for which WebCrypto
 * takes a thread's round trip each. The many rounds of PBKDF2 are left to the platform.
 */

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** The first 32 bits of the fraction of a root (FIPS 180-4, sections 4.2.2 and 5.3.3). */
function fractionBits(root: number): number {
  return Math.floor((root % 1) * 2 ** 32) | 0;
}

const PRIMES: readonly number[] = Array.from({ length: 312 }, (_, number) => number).filter(isPrime);
const ROUND_CONSTANTS: Int32Array = Int32Array.from(PRIMES, (prime) => fractionBits(Math.cbrt(prime)));
const FIRST_STATE: Int32Array = Int32Array.from(PRIMES.slice(0, 8), (prime) => fractionBits(Math.sqrt(prime)));

function isPrime(number: number): boolean {
  if (number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor++) if (number % divisor === 0) return false;
  return true;
}

/** The SHA-256 digest of all parts, one after the other: 32 bytes. */
export function sha256(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let byteLength = 0;
  for (const part of parts) byteLength += part.byteLength;
  const padded = new Uint8Array(Math.ceil((byteLength + 9) / BLOCK_BYTES) * BLOCK_BYTES);
  let end = 0;
  for (const part of parts) {
    padded.set(part, end);
    end += part.byteLength;
  }
  padded[end] = 0x80;
  const message = new DataView(padded.buffer);
  message.setUint32(padded.byteLength - 8, Math.floor(byteLength / 2 ** 29));
  message.setUint32(padded.byteLength - 4, byteLength << 3);
  const state = FIRST_STATE.slice();
  const words = new Int32Array(64);
  for (let at = 0; at < padded.byteLength; at += BLOCK_BYTES) compress(state, words, message, at);
  const digest = new Uint8Array(DIGEST_BYTES);
  const view = new DataView(digest.buffer);
  for (let index = 0; index < 8; index++) view.setInt32(index * 4, state[index] ?? 0);
  return digest;
}

/** The HMAC of a message with SHA-256: 32 bytes. */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const inner = new Uint8Array(BLOCK_BYTES);
  inner.set(key.byteLength > BLOCK_BYTES ? sha256(key) : key);
  const outer = new Uint8Array(BLOCK_BYTES);
  for (let index = 0; index < BLOCK_BYTES; index++) {
    const byte = inner[index] ?? 0;
    outer[index] = byte ^ 0x5c;
    inner[index] = byte ^ 0x36;
  }
  return sha256(outer, sha256(inner, message));
}

function rotate(word: number, count: number): number {
  return (word >>> count) | (word << (32 - count));
}

/** FIPS 180-4, section 6.2.2. */
function compress(state: Int32Array, words: Int32Array, message: DataView, start: number): void {
  for (let step = 0; step < 16; step++) words[step] = message.getInt32(start + step * 4);
  for (let step = 16; step < 64; step++) {
    const early = words[step - 15] ?? 0;
    const late = words[step - 2] ?? 0;
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[step] = ((words[step - 16] ?? 0) + sigma0 + (words[step - 7] ?? 0) + sigma1) | 0;
  }
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let e = state[4] ?? 0;
  let f = state[5] ?? 0;
  let g = state[6] ?? 0;
  let h = state[7] ?? 0;
  for (let step = 0; step < 64; step++) {
    const choice = (e & f) ^ (~e & g);
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (h + sum1 + choice + (ROUND_CONSTANTS[step] ?? 0) + (words[step] ?? 0)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  // The elements are 32 bits wide: what is beyond them falls off.
  state[0] = (state[0] ?? 0) + a;
  state[1] = (state[1] ?? 0) + b;
  state[2] = (state[2] ?? 0) + c;
  state[3] = (state[3] ?? 0) + d;
  state[4] = (state[4] ?? 0) + e;
  state[5] = (state[5] ?? 0) + f;
  state[6] = (state[6] ?? 0) + g;
  state[7] = (state[7] ?? 0) + h;
}
