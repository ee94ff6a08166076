import { eastAsianWidth } from 'get-east-asian-width';

/** One line of a cell, as it is printed, and how many columns of the screen it takes. */
export interface DisplayLine {
  readonly text: string;
  readonly width: number;
}

const plain = /^[\x20-\x7e]*$/;
const nonspacing = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const tabStop = 8;
const widths = new Map<number, number>();

/** Columns of the screen for one character: 0, 1 or 2; −1 for a control character. */
export function characterWidth(codePoint: number): number {
  if (codePoint < 0x20 || (codePoint >= 0x7f && codePoint < 0xa0)) return -1;
  if (codePoint < 0x7f) return 1;
  let width = widths.get(codePoint);
  if (width === undefined) {
    width = nonspacing.test(String.fromCodePoint(codePoint)) ? 0 : eastAsianWidth(codePoint);
    widths.set(codePoint, width);
  }
  return width;
}

/**
 * A text as psql shows it in a table: cut into lines, tabs filled up to the next eighth column, a carriage return as
 * `\r` and other control characters as escapes.
 */
export function displayLines(text: string): readonly DisplayLine[] {
  if (plain.test(text)) return [{ text, width: text.length }];
  const lines: DisplayLine[] = [];
  let line = '';
  let width = 0;
  for (const character of text) {
    if (character === '\n') {
      lines.push({ text: line, width });
      line = '';
      width = 0;
      continue;
    }
    const shown = displayCharacter(character, width);
    line += shown.text;
    width += shown.width;
  }
  lines.push({ text: line, width });
  return lines;
}

function displayCharacter(character: string, column: number): DisplayLine {
  if (character === '\r') return { text: '\\r', width: 2 };
  if (character === '\t') {
    const width = tabStop - (column % tabStop);
    return { text: ' '.repeat(width), width };
  }
  const codePoint = character.codePointAt(0) ?? 0;
  const width = characterWidth(codePoint);
  if (width >= 0) return { text: character, width };
  const digits = codePoint.toString(16).toUpperCase();
  return codePoint < 0x80
    ? { text: `\\x${digits.padStart(2, '0')}`, width: 4 }
    : { text: `\\u${digits.padStart(4, '0')}`, width: 6 };
}

/** The widest of some lines. */
export function widest(lines: readonly DisplayLine[]): number {
  let width = 0;
  for (const line of lines) if (line.width > width) width = line.width;
  return width;
}
