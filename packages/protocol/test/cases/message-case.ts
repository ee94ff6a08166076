import { type ByteList, utf8 } from '@pg-dblink/testkit/byte-list';
import fc from 'fast-check';
import type { Frame, Value, Writer } from '../../src/index.ts';

/** Everything that the properties need to know about one message. */
export interface MessageCase {
  readonly name: string;
  /** Whose reader takes the message: `first` stands for the client's messages without a type byte. */
  readonly reader: 'backend' | 'frontend' | 'first';
  readonly decode: (frame: Frame) => unknown;
  readonly samples: fc.Arbitrary<MessageSample>;
}

/** One message: how to write it, the bytes that the independent builder makes of it, and what must be read back. */
export interface MessageSample {
  readonly write: (writer: Writer) => void;
  readonly bytes: ByteList;
  readonly decoded: unknown;
}

/** The parts of a message case that differ from message to message. */
export interface CaseParts<M> {
  readonly name: string;
  readonly reader: MessageCase['reader'];
  readonly messages: fc.Arbitrary<M>;
  readonly encode: (writer: Writer, message: M) => void;
  readonly build: (message: M) => ByteList;
  readonly decode: (frame: Frame) => unknown;
  /** What is read back, where it is not the message itself. */
  readonly decoded?: (message: M) => unknown;
}

export function messageCase<M>(parts: CaseParts<M>): MessageCase {
  const { name, reader, messages, encode, build, decode, decoded } = parts;
  const samples = messages.map((message) => ({
    write: (writer: Writer) => encode(writer, message),
    bytes: build(message),
    decoded: decoded === undefined ? message : decoded(message),
  }));
  return { name, reader, decode, samples };
}

/** Text that a String can carry, now and then longer than the writer's short path. */
export const text: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 8, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }) },
    { weight: 8, arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 40, maxLength: 120 }) },
    { weight: 1, arbitrary: fc.constantFrom('\ufefftext', '\u{1f600}', '"', "'", '\\', '\n') },
  )
  .map((value) => value.replaceAll('\0', '·'));

export const name: fc.Arbitrary<string> = text.filter((value) => value !== '');

export const bytes: fc.Arbitrary<Uint8Array> = fc.uint8Array({ maxLength: 16 });

export const int16s: fc.Arbitrary<number> = fc.integer({ min: -0x8000, max: 0x7fff });

export const int32s: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  fc.constantFrom(-1, 0, 1, -0x80000000, 0x7fffffff),
);

export const oids: fc.Arbitrary<number> = fc.oneof(
  fc.nat({ max: 0xffffffff }),
  fc.constantFrom(0, 23, 0x80000000, 0xffffffff),
);

export const formats: fc.Arbitrary<number> = fc.oneof(fc.constantFrom(0, 1), int16s);

export const values: fc.Arbitrary<Value> = fc.oneof(bytes, text, fc.constant(null));

export const secretKeys: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 4, maxLength: 256 }),
);

/** A value as it is read back. */
export function read(value: Value): Uint8Array | null {
  return typeof value === 'string' ? Uint8Array.from(utf8(value)) : value;
}

/** Values and their formats: none, one, or one each. */
export function formattedValues(): fc.Arbitrary<{ values: Value[]; formats: number[] }> {
  return fc.array(values, { maxLength: 5 }).chain((list) =>
    fc.record({
      values: fc.constant(list),
      formats: fc.oneof(
        fc.constant<number[]>([]),
        fc.array(formats, { minLength: 1, maxLength: 1 }),
        fc.array(formats, { minLength: list.length, maxLength: list.length }),
      ),
    }),
  );
}

/** A decoded message as text that is equal for equal messages: much faster to compare than the objects. */
export function show(message: unknown): string {
  return JSON.stringify(message, (_, value: unknown) => {
    if (value instanceof Uint8Array) return `bytes:${Array.from(value).join(',')}`;
    if (value instanceof Map) return [...value.entries()];
    if (typeof value === 'bigint') return `${value}n`;
    return value;
  });
}
