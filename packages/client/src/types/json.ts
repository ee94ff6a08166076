import { malformed, wrongKind } from './bytes.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';
import { textual } from './textual.ts';

function parse(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(name + (error instanceof Error ? `: ${error.message}` : ''));
  }
}

function parser(name: string): DecodeValue {
  return textual((decodeText) => (bytes, start, end) => parse(name, decodeText(bytes, start, end)));
}

function textOf(name: string, value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw wrongKind(name, 'what JSON can express');
  return text;
}

/** json and jsonb as what JSON.parse makes of them; numbers beyond a float8 lose digits: ask for `raw` rows then. */
export const jsonCodecs: readonly TypeCodec[] = [
  {
    oid: 114,
    arrayOid: 199,
    name: 'json',
    preferredFormat: 1,
    decodeText: parser('json'),
    decodeBinary: parser('json'),
    encodeText: (value) => textOf('json', value),
    encodeBinary: (value) => new TextEncoder().encode(textOf('json', value)),
  },
  {
    oid: 3802,
    arrayOid: 3807,
    name: 'jsonb',
    preferredFormat: 1,
    decodeText: parser('jsonb'),
    decodeBinary: textual((decodeText) => (bytes, start, end) => {
      // An empty value must not make the byte behind it the version.
      if (start === end || bytes[start] !== 1) throw malformed('jsonb');
      return parse('jsonb', decodeText(bytes, start + 1, end));
    }),
    encodeText: (value) => textOf('jsonb', value),
    encodeBinary(value) {
      const text = new TextEncoder().encode(textOf('jsonb', value));
      const bytes = new Uint8Array(text.byteLength + 1);
      bytes[0] = 1;
      bytes.set(text, 1);
      return bytes;
    },
  },
];
