import { ConninfoError } from './errors.ts';

/** The six bytes that C's isspace() takes for blanks; U+00A0 and the other Unicode blanks are data. */
const BLANKS = ' \t\n\v\f\r';

/** Whether the character at `at` is one of the six ASCII blanks; the end of the text is not. */
export function isBlank(text: string, at: number): boolean {
  return at < text.length && BLANKS.includes(text.charAt(at));
}

/** The text without ASCII blanks at both ends. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (isBlank(text, start)) start += 1;
  while (end > start && isBlank(text, end - 1)) end -= 1;
  return text.slice(start, end);
}

/** How many bytes the text has as UTF-8: libpq counts bytes wherever it counts. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}

/** Refuses what a C string of UTF-8 cannot hold: NUL would end it early, a lone surrogate has no encoding. */
export function assertText(text: string, keyword?: string): void {
  const subject = keyword === undefined ? 'connection string' : `value of connection option "${keyword}"`;
  if (text.includes('\0')) throw new ConninfoError('not-text', `${subject} contains a zero byte`, { keyword });
  if (/\p{Surrogate}/u.test(text)) {
    throw new ConninfoError('not-text', `${subject} contains half of a surrogate pair`, { keyword });
  }
}
