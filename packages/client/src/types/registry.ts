import { type DecodeText, decodeUtf8Strict, type FieldDescription } from '@pg-dblink/protocol';
import { arrayCodec, vectorCodec } from './arrays.ts';
import { bitCodecs } from './bits.ts';
import { booleanCodecs } from './boolean.ts';
import { byteaCodecs } from './bytea.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';
import { recordCodec } from './composites.ts';
import { dateTimeCodecs } from './date-time.ts';
import { floatCodecs } from './floats.ts';
import { geometryCodecs } from './geometry.ts';
import { identifierCodecs } from './identifiers.ts';
import { integerCodecs } from './integers.ts';
import { intervalCodecs } from './interval.ts';
import { jsonCodecs } from './json.ts';
import { networkCodecs } from './network.ts';
import { numericCodecs } from './numeric.ts';
import { multirangeCodec, rangeCodec } from './ranges.ts';
import { oidAliasCodecs, stringCodecs, voidCodec } from './strings.ts';
import { textSearchCodecs } from './text-search.ts';
import { overText } from './textual.ts';

const SCALARS: readonly TypeCodec[] = [
  ...booleanCodecs,
  ...integerCodecs,
  ...floatCodecs,
  ...numericCodecs,
  ...stringCodecs,
  ...oidAliasCodecs,
  ...byteaCodecs,
  ...jsonCodecs,
  ...identifierCodecs,
  ...dateTimeCodecs,
  ...intervalCodecs,
  ...geometryCodecs,
  ...networkCodecs,
  ...bitCodecs,
  ...textSearchCodecs,
  voidCodec,
];

/** Element OID, range OID and its array, multirange OID and its array. */
const RANGES = [
  [23, 'int4', 3904, 3905, 4451, 6150],
  [20, 'int8', 3926, 3927, 4536, 6157],
  [1700, 'num', 3906, 3907, 4532, 6151],
  [1114, 'ts', 3908, 3909, 4533, 6152],
  [1184, 'tstz', 3910, 3911, 4534, 6153],
  [1082, 'date', 3912, 3913, 4535, 6155],
] as const;

/** Unknown types in binary: a copy of the bytes. */
const copyBytes: DecodeValue = (bytes, start, end) => new Uint8Array(bytes.subarray(start, end));

/** What a set of scalar codecs implies: vectors, ranges, multiranges, records, and arrays of all of them. */
function completed(scalars: ReadonlyMap<number, TypeCodec>): ReadonlyMap<number, TypeCodec> {
  const all = new Map(scalars);
  const add = (codec: TypeCodec): void => {
    if (!all.has(codec.oid)) all.set(codec.oid, codec);
  };
  for (const [oid, arrayOid, name, element] of [
    [22, 1006, 'int2vector', all.get(21)],
    [30, 1013, 'oidvector', all.get(26)],
  ] as const) {
    if (element !== undefined) add(vectorCodec(oid, arrayOid, name, element));
  }
  for (const [boundOid, prefix, oid, arrayOid, multiOid, multiArrayOid] of RANGES) {
    const bound = all.get(boundOid);
    if (bound === undefined) continue;
    const range = rangeCodec(oid, arrayOid, `${prefix}range`, bound);
    add(range);
    add(multirangeCodec(multiOid, multiArrayOid, `${prefix}multirange`, range));
  }
  add(recordCodec((oid) => all.get(oid)));
  for (const codec of [...all.values()]) if (codec.arrayOid !== 0) add(arrayCodec(codec));
  return all;
}

/** The codecs with a platform's decoder of text in the place of the portable one. */
function overDecoder(codecs: ReadonlyMap<number, TypeCodec>, decodeText: DecodeText): ReadonlyMap<number, TypeCodec> {
  if (decodeText === decodeUtf8Strict) return codecs;
  const over = (codec: TypeCodec): TypeCodec => ({
    ...codec,
    decodeText: overText(codec.decodeText, decodeText),
    decodeBinary: overText(codec.decodeBinary, decodeText),
  });
  return new Map(Array.from(codecs, ([oid, codec]) => [oid, over(codec)]));
}

/**
 * The codecs of a connection by type OID; types that it does not know are text, or bytes when asked for in binary.
 *
 * Arrays, ranges and multiranges follow their element's codec: replace int8's, and int8[] and int8range change with it.
 *
 * @example
 * ```ts
 * const types = new TypeRegistry().with(...dateCodecs);
 * const connection = await connect(conninfo, { types });
 * ```
 */
export class TypeRegistry {
  readonly #given: ReadonlyMap<number, TypeCodec>;
  readonly #codecs: ReadonlyMap<number, TypeCodec>;
  readonly #decodeText: DecodeText;

  /** @param decodeText - makes strings of UTF-8, and must refuse what is none; a platform may have a faster one */
  constructor(codecs: Iterable<TypeCodec> = SCALARS, decodeText: DecodeText = decodeUtf8Strict) {
    this.#given = new Map(Array.from(codecs, (codec) => [codec.oid, codec]));
    this.#decodeText = decodeText;
    // Before and after: elements of arrays are values, too.
    this.#codecs = overDecoder(completed(overDecoder(this.#given, decodeText)), decodeText);
  }

  /** A registry with codecs added or replaced; this one stays as it is. */
  with(...codecs: readonly TypeCodec[]): TypeRegistry {
    return new TypeRegistry([...this.#given.values(), ...codecs], this.#decodeText);
  }

  /** A registry with the same codecs and another text decoder. */
  withTextDecoder(decodeText: DecodeText): TypeRegistry {
    return new TypeRegistry(this.#given.values(), decodeText);
  }

  find(oid: number): TypeCodec | undefined {
    return this.#codecs.get(oid);
  }

  /** The format in which columns of a type are asked for when the choice is free. */
  preferredFormat(oid: number): 0 | 1 {
    return this.#codecs.get(oid)?.preferredFormat ?? 0;
  }

  /** How the values of a column are made. */
  decoderFor({ format, typeOid }: FieldDescription): DecodeValue {
    const codec = this.#codecs.get(typeOid);
    return format === 1 ? (codec?.decodeBinary ?? copyBytes) : (codec?.decodeText ?? this.#decodeText);
  }
}
