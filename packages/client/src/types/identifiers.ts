import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { asciiText, requireLength, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';
import { textual } from './textual.ts';

function requireMatch(name: string, value: unknown, pattern: RegExp): readonly string[] {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (match === null) throw wrongKind(name, `text like ${pattern.source}`);
  return match.slice(1);
}

/** The digits of hexadecimal numbers, as bytes. */
const HEX: Uint8Array = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;
const TID = /^\(([0-9]+),([0-9]+)\)$/;
const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;
const SNAPSHOT = /^([0-9]+):([0-9]+):([0-9,]*)$/;

const uuidCodec: TypeCodec = {
  oid: 2950,
  arrayOid: 2951,
  name: 'uuid',
  preferredFormat: 1,
  decodeText: asciiText,
  decodeBinary: textual((decodeText) => {
    const text = new Uint8Array(36).fill(0x2d);
    return (bytes, start, end) => {
      requireLength('uuid', start, end, 16);
      for (let index = 0, at = 0; index < 16; index++) {
        const byte = bytes[start + index] ?? 0;
        text[at] = HEX[byte >> 4] ?? 0;
        text[at + 1] = HEX[byte & 15] ?? 0;
        // A hyphen stands behind the 4th, 6th, 8th and 10th byte.
        at += index === 3 || index === 5 || index === 7 || index === 9 ? 3 : 2;
      }
      return decodeText(text, 0, 36);
    };
  }),
  encodeText: (value) => requireMatch('uuid', value, UUID).join('-'),
  encodeBinary(value) {
    const digits = requireMatch('uuid', value, UUID).join('');
    return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  },
};

const tidCodec: TypeCodec = {
  oid: 27,
  arrayOid: 1010,
  name: 'tid',
  preferredFormat: 1,
  decodeText: asciiText,
  decodeBinary(bytes, start, end) {
    const cursor = new ByteCursor('tid', bytes, start, end);
    const text = `(${cursor.uint32()},${cursor.uint16()})`;
    cursor.finish();
    return text;
  },
  encodeText: (value) => `(${requireMatch('tid', value, TID).join()})`,
  encodeBinary(value) {
    const [block, offset] = requireMatch('tid', value, TID);
    return new ByteBuilder()
      .int32(Number(block) | 0)
      .int16(Number(offset))
      .take();
  },
};

const lsnCodec: TypeCodec = {
  oid: 3220,
  arrayOid: 3221,
  name: 'pg_lsn',
  preferredFormat: 1,
  decodeText: asciiText,
  decodeBinary(bytes, start, end) {
    const cursor = new ByteCursor('pg_lsn', bytes, start, end);
    const text = `${cursor.uint32().toString(16)}/${cursor.uint32().toString(16)}`.toUpperCase();
    cursor.finish();
    return text;
  },
  encodeText: (value) => requireMatch('pg_lsn', value, LSN).join('/'),
  encodeBinary(value) {
    const [high = '', low = ''] = requireMatch('pg_lsn', value, LSN);
    return new ByteBuilder()
      .int32(Number.parseInt(high, 16) | 0)
      .int32(Number.parseInt(low, 16) | 0)
      .take();
  },
};

function snapshotCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      const count = cursor.int32();
      const least = cursor.uint64();
      const next = cursor.uint64();
      if (count < 0 || count * 8 !== cursor.remaining) cursor.fail();
      const running = Array.from({ length: count }, () => cursor.uint64());
      return `${least}:${next}:${running.join()}`;
    },
    encodeText: (value) => requireMatch(name, value, SNAPSHOT).join(':'),
    encodeBinary(value) {
      const [least = '0', next = '0', list = ''] = requireMatch(name, value, SNAPSHOT);
      const running = list === '' ? [] : list.split(',');
      const builder = new ByteBuilder().int32(running.length);
      for (const id of [least, next, ...running]) builder.int64(BigInt.asIntN(64, BigInt(id)));
      return builder.take();
    },
  };
}

/** Identifiers as text: uuid, tid, pg_lsn, snapshots. */
export const identifierCodecs: readonly TypeCodec[] = [
  uuidCodec,
  tidCodec,
  lsnCodec,
  snapshotCodec(5038, 5039, 'pg_snapshot'),
  snapshotCodec(2970, 2949, 'txid_snapshot'),
];
