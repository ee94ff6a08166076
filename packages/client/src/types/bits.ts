import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { asciiText, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

function bitCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  const requireBits = (value: unknown): string => {
    if (typeof value !== 'string' || !/^[01]*$/.test(value)) throw wrongKind(name, 'a string of 0 and 1');
    return value;
  };
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: asciiText,
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      const bits = cursor.int32();
      if (bits < 0 || Math.ceil(bits / 8) !== cursor.remaining) cursor.fail();
      let text = '';
      while (cursor.remaining > 0) text += cursor.byte().toString(2).padStart(8, '0');
      return text.slice(0, bits);
    },
    encodeText: requireBits,
    encodeBinary(value) {
      const bits = requireBits(value);
      const builder = new ByteBuilder().int32(bits.length);
      for (let at = 0; at < bits.length; at += 8) {
        builder.byte(Number.parseInt(bits.slice(at, at + 8).padEnd(8, '0'), 2));
      }
      return builder.take();
    },
  };
}

/** Bit strings as text of 0 and 1 (manual: "Bit String Types"). */
export const bitCodecs: readonly TypeCodec[] = [bitCodec(1560, 1561, 'bit'), bitCodec(1562, 1563, 'varbit')];
