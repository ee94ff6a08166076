import { type DecodeText, decodeUtf8Strict, shortAsciiFirst } from '@pg-dblink/protocol';

/** What Buffer.prototype has and @types/node does not tell of. */
interface Utf8Slice {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const { utf8Slice } = Buffer.prototype as unknown as Utf8Slice;
const REPLACEMENT = '\ufffd';

/**
 * Decodes UTF-8: short ASCII in the engine, anything else with Node's own decoder, which makes one string of one call.
 * That one never refuses anything, so a text with the replacement character is looked at again by the strict decoder.
 */
export const decodeNodeText: DecodeText = shortAsciiFirst((bytes, start, end) => {
  const text = utf8Slice.call(bytes, start, end);
  return text.includes(REPLACEMENT) ? decodeUtf8Strict(bytes, start, end) : text;
});
