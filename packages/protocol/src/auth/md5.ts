import { encodeUtf8Into, requireWellFormed, utf8ByteLength } from '../bytes/text.ts';

const shifts: readonly number[] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
/** RFC 1321 §3.4: the integer part of 2^32 · |sin(i + 1)|. */
const sines: Int32Array = Int32Array.from({ length: 64 }, (_, index) =>
  Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32),
);

/**
 * The MD5 digest of `message` (RFC 1321): 16 bytes. It is here because platforms drop it; it protects nothing.
 *
 * @example
 * ```ts
 * Buffer.from(md5(new Uint8Array(0))).toString('hex'); // 'd41d8cd98f00b204e9800998ecf8427e'
 * ```
 */
export function md5(message: Uint8Array): Uint8Array {
  const padded = new Uint8Array((((message.byteLength + 8) >> 6) + 1) << 6);
  padded.set(message);
  padded[message.byteLength] = 0x80;
  const words = new DataView(padded.buffer);
  words.setUint32(padded.byteLength - 8, message.byteLength << 3, true);
  words.setUint32(padded.byteLength - 4, Math.floor(message.byteLength / 2 ** 29), true);
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let at = 0; at < padded.byteLength; at += 64) digestBlock(state, words, at);
  const digest = new DataView(new ArrayBuffer(16));
  state.forEach((word, index) => {
    digest.setInt32(index * 4, word, true);
  });
  return new Uint8Array(digest.buffer);
}

function digestBlock(state: Int32Array, words: DataView, start: number): void {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step += 1) {
    const round = step >> 4;
    const [mixed, word] = mix(round, step, b, c, d);
    const sum = (a + mixed + (sines[step] ?? 0) + words.getInt32(start + word * 4, true)) | 0;
    const shift = shifts[round * 4 + (step & 3)] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  for (const [index, word] of [a, b, c, d].entries()) state[index] = ((state[index] ?? 0) + word) | 0;
}

/** The round's function of b, c and d, and the number of the word that the step takes in. */
function mix(round: number, step: number, b: number, c: number, d: number): readonly [mixed: number, word: number] {
  switch (round) {
    case 0:
      return [(b & c) | (~b & d), step];
    case 1:
      return [(d & b) | (~d & c), (5 * step + 1) & 15];
    case 2:
      return [b ^ c ^ d, (3 * step + 5) & 15];
    default:
      return [c ^ (b | ~d), (7 * step) & 15];
  }
}

/**
 * What answers AuthenticationMD5Password: "md5" and the hex digest of the digest of password and user, with the salt.
 *
 * @param salt the 4 bytes of the request.
 * @throws LocalProtocolError for a lone surrogate in the user's name or the password.
 * @example
 * ```ts
 * hashMd5Password('u', 'pw', new Uint8Array([97, 98, 99, 100])); // 'md5f53705f070ba672cf558be39f3c59b15'
 * ```
 */
export function hashMd5Password(user: string, password: string, salt: Uint8Array): string {
  const inner = hex(md5(concatenate(utf8(password), utf8(user))));
  return `md5${hex(md5(concatenate(utf8(inner), salt)))}`;
}

function utf8(text: string): Uint8Array {
  requireWellFormed(text);
  const bytes = new Uint8Array(utf8ByteLength(text));
  encodeUtf8Into(text, bytes, 0);
  return bytes;
}

function concatenate(left: Uint8Array, right: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(left.byteLength + right.byteLength);
  bytes.set(left);
  bytes.set(right, left.byteLength);
  return bytes;
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
