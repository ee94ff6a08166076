/** The few forms of ASN.1 DER (ITU-T X.690) that certificates and revocation lists are made of. */

function value(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const length: number[] = [];
  for (let rest = body.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const header = body.length < 0x80 ? [tag, body.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(header), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => value(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Buffer => value(0x31, ...content);
export const octetString = (bytes: Uint8Array): Buffer => value(0x04, bytes);
export const utf8String = (text: string): Buffer => value(0x0c, Buffer.from(text));
export const nothing = (): Buffer => value(0x05);
export const boolean = (truth: boolean): Buffer => value(0x01, Buffer.from([truth ? 0xff : 0]));

/** `[number]` around whole values (EXPLICIT). */
export const explicit = (number: number, ...content: readonly Uint8Array[]): Buffer => value(0xa0 | number, ...content);

/** `[number]` in place of a primitive value's own tag (IMPLICIT). */
export const implicit = (number: number, bytes: Uint8Array): Buffer => value(0x80 | number, bytes);

/** A whole number that is not negative, given as such or as big-endian bytes. */
export function integer(number: number | Uint8Array): Buffer {
  const bytes = typeof number === 'number' ? Buffer.from(number.toString(16).padStart(8, '0'), 'hex') : number;
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start += 1;
  const significant = bytes.subarray(start);
  // A leading one bit would make it negative.
  return value(0x02, Buffer.from((significant[0] ?? 0) & 0x80 ? [0] : []), significant);
}

/** Bits that fill whole bytes, or with `unused` bits left at the end. */
export function bitString(bytes: Uint8Array, unused = 0): Buffer {
  return value(0x03, Buffer.from([unused]), bytes);
}

/** An object identifier in dotted form. */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return value(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** A moment to the second; years from 1950 to 2049 take the short form, as RFC 5280 demands. */
export function time(moment: Date): Buffer {
  const digits = moment
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:T]/g, '');
  const year = moment.getUTCFullYear();
  return year >= 1950 && year < 2050
    ? value(0x17, Buffer.from(digits.slice(2), 'latin1'))
    : value(0x18, Buffer.from(digits, 'latin1'));
}

function base128(part: number): number[] {
  const bytes = [part & 0x7f];
  for (let rest = Math.floor(part / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest & 0x7f) | 0x80);
  return bytes;
}
