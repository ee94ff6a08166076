import {
  leftToRight,
  mappedToNothing,
  nonAsciiSpaces,
  prohibited,
  rightToLeft,
  unassigned,
} from './stringprep-tables.ts';

/** Ranges of code points, sorted: the first of each at an even index, its last behind it. */
type CodePoints = readonly number[];

const spaceSet: CodePoints = parse(nonAsciiSpaces);
const nothingSet: CodePoints = parse(mappedToNothing);
const prohibitedSet: CodePoints = parse(prohibited);
const unassignedSet: CodePoints = parse(unassigned);
const rightToLeftSet: CodePoints = parse(rightToLeft);
const leftToRightSet: CodePoints = parse(leftToRight);

function parse(table: string): CodePoints {
  return table.split(' ').flatMap((range) => {
    const [first = '', last = first] = range.split('-');
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
}

/** Whether a sorted list of ranges contains a code point. */
function contains(set: CodePoints, codePoint: number): boolean {
  let low = 0;
  let high = set.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((set[2 * middle + 1] ?? 0) < codePoint) low = middle + 1;
    else high = middle;
  }
  const first = set[2 * low];
  return first !== undefined && first <= codePoint;
}

/**
 * Prepares a password as PostgreSQL does on both sides (RFC 4013): where the rules fail, the password stays as it is
 * instead of being refused, and so does a password of ASCII alone.
 *
 * @example
 * ```ts
 * saslprep('\u2168'); // 'IX'
 * // Right-to-left text must not end with a digit: it stays as it is.
 * saslprep('\u06271'); // '\u06271'
 * ```
 */
export function saslprep(password: string): string {
  if (/^[\0-\x7f]*$/.test(password)) return password;
  let mapped = '';
  for (const character of password) {
    const codePoint = character.codePointAt(0) ?? 0;
    // Stringprep maps a space before it would delete it: U+200B is in both tables.
    if (contains(spaceSet, codePoint)) mapped += ' ';
    else if (!contains(nothingSet, codePoint)) mapped += character;
  }
  if (mapped === '') return password;
  const normalized = mapped.normalize('NFKC');
  return isAllowed(normalized) ? normalized : password;
}

function isAllowed(text: string): boolean {
  const codePoints = Array.from(text, (character) => character.codePointAt(0) ?? 0);
  if (codePoints.some(isProhibited)) return false;
  if (!codePoints.some((codePoint) => contains(rightToLeftSet, codePoint))) return true;
  const [first = 0] = codePoints;
  return (
    !codePoints.some(isLeftToRight) &&
    contains(rightToLeftSet, first) &&
    contains(rightToLeftSet, codePoints.at(-1) ?? 0)
  );
}

function isProhibited(codePoint: number): boolean {
  if (codePoint < 0x80) return codePoint < 0x20 || codePoint === 0x7f;
  // A lone surrogate (C.5) has no bytes in UTF-8.
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return true;
  return contains(prohibitedSet, codePoint) || contains(unassignedSet, codePoint);
}

function isLeftToRight(codePoint: number): boolean {
  if (codePoint < 0x80) return /[A-Za-z]/.test(String.fromCharCode(codePoint));
  return contains(leftToRightSet, codePoint);
}
