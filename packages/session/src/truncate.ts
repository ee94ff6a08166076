const NAME_BYTES = 63;

function utf8Length(codePoint: number): number {
  if (codePoint < 0x80) return 1;
  if (codePoint < 0x800) return 2;
  return codePoint < 0x10000 ? 3 : 4;
}

/** The longest start of the text that has at most `limit` bytes in UTF-8 and cuts no character. */
export function truncateUtf8(text: string, limit: number): string {
  // A UTF-16 unit takes at most three bytes, so most texts need no count.
  if (text.length * 3 <= limit) return text;
  let byteLength = 0;
  let at = 0;
  for (const character of text) {
    byteLength += utf8Length(character.codePointAt(0) ?? 0);
    if (byteLength > limit) return text.slice(0, at);
    at += character.length;
  }
  return text;
}

/** A name as the server keeps identifiers: 63 bytes (NAMEDATALEN - 1), cut between characters. */
export function truncateIdentifier(name: string): string {
  return truncateUtf8(name, NAME_BYTES);
}
