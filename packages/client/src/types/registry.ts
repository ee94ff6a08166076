import { decodeUtf8Strict, type FieldDescription } from '@pg-dblink/protocol';
import { booleanCodecs } from './boolean.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';
import { floatCodecs } from './floats.ts';
import { integerCodecs } from './integers.ts';
import { stringCodecs } from './strings.ts';

const BUILT_IN: readonly TypeCodec[] = [...booleanCodecs, ...integerCodecs, ...floatCodecs, ...stringCodecs];

/** Unknown types in binary: a copy of the bytes. */
const copyBytes: DecodeValue = (bytes, start, end) => bytes.slice(start, end);

/**
 * The codecs of a connection by type OID; types that it does not know are text, or bytes when asked for in binary.
 *
 * @example
 * ```ts
 * const types = new TypeRegistry().with({ ...int8Codec, decodeText: (bytes, start, end) => Number(…) });
 * const connection = await connect(conninfo, { types });
 * ```
 */
export class TypeRegistry {
  readonly #codecs: ReadonlyMap<number, TypeCodec>;

  constructor(codecs: Iterable<TypeCodec> = BUILT_IN) {
    this.#codecs = new Map(Array.from(codecs, (codec) => [codec.oid, codec]));
  }

  /** A registry with codecs added or replaced; this one stays as it is. */
  with(...codecs: readonly TypeCodec[]): TypeRegistry {
    return new TypeRegistry([...this.#codecs.values(), ...codecs]);
  }

  find(oid: number): TypeCodec | undefined {
    return this.#codecs.get(oid);
  }

  /** The format in which columns of a type are asked for when the choice is free: binary for the types known here. */
  preferredFormat(oid: number): 0 | 1 {
    return this.#codecs.has(oid) ? 1 : 0;
  }

  /** How the values of a column are made. */
  decoderFor({ format, typeOid }: FieldDescription): DecodeValue {
    const codec = this.#codecs.get(typeOid);
    if (format === 1) return codec?.decodeBinary ?? copyBytes;
    return codec?.decodeText ?? decodeUtf8Strict;
  }
}
