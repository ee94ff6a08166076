const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes as base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 3) {
    const [first = 0, second, third] = bytes.subarray(at, at + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    text += alphabet.charAt(bits >>> 18) + alphabet.charAt((bits >>> 12) & 63);
    text += second === undefined ? '=' : alphabet.charAt((bits >>> 6) & 63);
    text += third === undefined ? '=' : alphabet.charAt(bits & 63);
  }
  return text;
}

/** The bytes of padded base64; undefined for anything that {@link encodeBase64} would not have written. */
export function decodeBase64(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - padding);
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const padded = at >= text.length - padding;
    const value = padded ? 0 : alphabet.indexOf(text.charAt(at));
    if (value < 0) return undefined;
    bits = (bits << 6) | value;
    if (at % 4 !== 3) continue;
    const into = (at >> 2) * 3;
    // Writes past the end, where the padding was, fall away.
    bytes[into] = bits >>> 16;
    bytes[into + 1] = bits >>> 8;
    bytes[into + 2] = bits;
    bits = 0;
  }
  return encodeBase64(bytes) === text ? bytes : undefined;
}
