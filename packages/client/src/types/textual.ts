import { type DecodeText, decodeUtf8Strict } from '@pg-dblink/protocol';
import { asciiText } from './bytes.ts';
import type { DecodeValue } from './codec.ts';

type MakeDecoder = (decodeText: DecodeText) => DecodeValue;

/** A decoder that can be made anew over another decoder of text. */
interface Textual extends DecodeValue {
  readonly over: MakeDecoder;
}

/**
 * A decoder whose values come out of text, over the portable text decoder; {@link overText} puts a platform's in its
 * place. A codec that replaces the decoder thereby also replaces what would be made anew.
 */
export function textual(make: MakeDecoder): DecodeValue {
  const decode: Textual = Object.assign(make(decodeUtf8Strict), { over: make });
  return decode;
}

/** The same decoder over a platform's text decoder. */
export function overText(decode: DecodeValue, decodeText: DecodeText): DecodeValue {
  if (decode === decodeUtf8Strict || decode === asciiText) return decodeText;
  return isTextual(decode) ? decode.over(decodeText) : decode;
}

function isTextual(decode: DecodeValue): decode is Textual {
  return 'over' in decode;
}
