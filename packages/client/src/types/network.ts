import { ByteCursor } from './byte-cursor.ts';
import { asciiText, requireLength, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** Address families as inet_send writes them. */
const IPV4 = 2;
const IPV6 = 3;

/** The longest run of zero words, which IPv6 text leaves out. */
function longestZeroRun(words: readonly number[]): { readonly from: number; readonly length: number } {
  let best = { from: -1, length: 1 };
  let from = -1;
  for (const [index, word] of words.entries()) {
    if (word !== 0) from = -1;
    else if (from < 0) from = index;
    if (from >= 0 && index - from + 1 > best.length) best = { from, length: index - from + 1 };
  }
  return best;
}

function ipv6Text(bytes: readonly number[]): string {
  const words = Array.from({ length: 8 }, (_, index) => (bytes[index * 2] ?? 0) * 256 + (bytes[index * 2 + 1] ?? 0));
  const run = longestZeroRun(words);
  // An IPv4 address inside, mapped or compatible, is shown as one.
  const isEmbedded = run.from === 0 && (run.length === 6 || (run.length === 5 && words[5] === 0xffff));
  const shown = isEmbedded ? words.slice(0, 6) : words;
  let text = '';
  for (let index = 0; index < shown.length; index++) {
    if (index === run.from) {
      text += '::';
      index += run.length - 1;
    } else {
      text += (text === '' || text.endsWith(':') ? '' : ':') + (shown[index] ?? 0).toString(16);
    }
  }
  if (!isEmbedded) return text;
  return `${text.endsWith(':') ? text : `${text}:`}${bytes.slice(12).join('.')}`;
}

/** Parses IPv4 and IPv6 text into bytes; undefined when it is neither. */
function addressBytes(text: string): readonly number[] | undefined {
  if (!text.includes(':')) return ipv4Bytes(text);
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const front = wordBytes(head);
  const back = tail === undefined ? [] : wordBytes(tail);
  if (front === undefined || back === undefined) return undefined;
  const missing = 16 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  return [...front, ...new Array<number>(missing).fill(0), ...back];
}

function ipv4Bytes(text: string): readonly number[] | undefined {
  const parts = text.split('.').map((part) => (/^[0-9]{1,3}$/.test(part) ? Number(part) : -1));
  return parts.length === 4 && parts.every((part) => part >= 0 && part <= 255) ? parts : undefined;
}

function wordBytes(text: string): readonly number[] | undefined {
  const bytes: number[] = [];
  for (const part of text === '' ? [] : text.split(':')) {
    if (part.includes('.')) {
      const embedded = ipv4Bytes(part);
      if (embedded === undefined) return undefined;
      bytes.push(...embedded);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) {
      const word = Number.parseInt(part, 16);
      bytes.push(word >> 8, word & 255);
    } else {
      return undefined;
    }
  }
  return bytes;
}

function requireText(name: string, value: unknown): string {
  if (typeof value !== 'string') throw wrongKind(name, 'a string');
  return value;
}

function addressCodec(oid: number, arrayOid: number, name: 'inet' | 'cidr'): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      const family = cursor.byte();
      const bits = cursor.byte();
      cursor.byte();
      const length = cursor.byte();
      if (length !== (family === IPV4 ? 4 : 16) || (family !== IPV4 && family !== IPV6)) cursor.fail();
      const address = Array.from({ length }, () => cursor.byte());
      cursor.finish();
      const text = family === IPV4 ? address.join('.') : ipv6Text(address);
      return name === 'inet' && bits === length * 8 ? text : `${text}/${bits}`;
    },
    encodeText: (value) => requireText(name, value),
    encodeBinary(value) {
      const [address = '', bits] = requireText(name, value).split('/');
      const bytes = addressBytes(address);
      if (bytes === undefined) throw wrongKind(name, 'an IPv4 or IPv6 address');
      const family = bytes.length === 4 ? IPV4 : IPV6;
      const mask = bits === undefined ? bytes.length * 8 : Number(bits);
      return Uint8Array.of(family, mask, name === 'cidr' ? 1 : 0, bytes.length, ...bytes);
    },
  };
}

function hardwareAddressCodec(oid: number, arrayOid: number, name: string, byteLength: number): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      requireLength(name, start, end, byteLength);
      return Array.from(bytes.subarray(start, end), (byte) => byte.toString(16).padStart(2, '0')).join(':');
    },
    encodeText: (value) => requireText(name, value),
    encodeBinary(value) {
      const digits = requireText(name, value).replace(/[:.-]/g, '');
      if (!/^[0-9a-f]*$/i.test(digits) || digits.length !== byteLength * 2) throw wrongKind(name, 'a hardware address');
      return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    },
  };
}

/** Network addresses as text (manual: "Network Address Types"). */
export const networkCodecs: readonly TypeCodec[] = [
  addressCodec(869, 1041, 'inet'),
  addressCodec(650, 651, 'cidr'),
  hardwareAddressCodec(829, 1040, 'macaddr', 6),
  hardwareAddressCodec(774, 775, 'macaddr8', 8),
];
