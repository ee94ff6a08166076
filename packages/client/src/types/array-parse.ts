import { malformed } from './bytes.ts';
import { withLowerBounds } from './lower-bounds.ts';

const MAX_DIMENSIONS = 6;
const SPACES = ' \t\n\v\f\r';

/** Where the parser is in the text. */
interface Place {
  readonly text: string;
  at: number;
}

/**
 * Reads an array literal as array_in does (manual: "Array Input and Output Syntax"): blanks around elements fall away,
 * an unquoted NULL is null, a backslash takes the next character literally. Time is linear in the length of the text.
 *
 * @param decode - makes a value of one element's text
 */
export function parseArrayText(
  name: string,
  text: string,
  delimiter: ',' | ';',
  decode: (text: string) => unknown,
): unknown[] {
  const place: Place = { text, at: 0 };
  const lowerBounds = parseBounds(name, place);
  skipSpaces(place);
  const array = parseLevel(name, place, delimiter, decode, 1);
  skipSpaces(place);
  if (place.at !== text.length) throw malformed(name);
  return withLowerBounds(array, lowerBounds);
}

/** The `[l:u][l:u]=` in front of arrays whose bounds are not the usual ones. */
function parseBounds(name: string, place: Place): readonly number[] {
  skipSpaces(place);
  if (place.text[place.at] !== '[') return [];
  const [prefix, ...others] =
    /^(?:\[[+-]?[0-9]{1,10}(?::[+-]?[0-9]{1,10})?\]){1,6}=/.exec(place.text.slice(place.at)) ?? [];
  if (prefix === undefined || others.length > 0) throw malformed(name);
  place.at += prefix.length;
  return [...prefix.matchAll(/\[([+-]?[0-9]+)(:)?/g)].map(([, lower, colon]) =>
    colon === undefined ? 1 : Number(lower),
  );
}

function parseLevel(
  name: string,
  place: Place,
  delimiter: string,
  decode: (text: string) => unknown,
  depth: number,
): unknown[] {
  if (place.text[place.at] !== '{' || depth > MAX_DIMENSIONS) throw malformed(name);
  place.at += 1;
  const array: unknown[] = [];
  skipSpaces(place);
  if (place.text[place.at] === '}') {
    place.at += 1;
    return array;
  }
  for (;;) {
    skipSpaces(place);
    array.push(
      place.text[place.at] === '{'
        ? parseLevel(name, place, delimiter, decode, depth + 1)
        : parseElement(name, place, delimiter, decode),
    );
    skipSpaces(place);
    const end = place.text[place.at];
    place.at += 1;
    if (end === '}') return array;
    if (end !== delimiter) throw malformed(name);
  }
}

function parseElement(name: string, place: Place, delimiter: string, decode: (text: string) => unknown): unknown {
  if (place.text[place.at] === '"') return decode(parseQuoted(name, place));
  const { text, isLiteral } = parseBare(name, place, delimiter);
  if (text === '' && !isLiteral) throw malformed(name);
  return !isLiteral && text.toUpperCase() === 'NULL' ? null : decode(text);
}

function parseQuoted(name: string, place: Place): string {
  const parts: string[] = [];
  let from = place.at + 1;
  for (let at = from; at < place.text.length; at++) {
    const character = place.text[at];
    if (character === '\\') {
      parts.push(place.text.slice(from, at));
      from = at + 1;
      at += 1;
    } else if (character === '"') {
      parts.push(place.text.slice(from, at));
      place.at = at + 1;
      return parts.join('');
    }
  }
  throw malformed(name);
}

/** An element without quotes; one with a backslash in it is literal and never NULL. */
function parseBare(
  name: string,
  place: Place,
  delimiter: string,
): { readonly text: string; readonly isLiteral: boolean } {
  let text = '';
  let isLiteral = false;
  /** Length of `text` without the blanks at its end; an escaped blank stays. */
  let kept = 0;
  for (; place.at < place.text.length; place.at++) {
    const character = place.text[place.at] ?? '';
    if (character === delimiter || character === '}') return { text: text.slice(0, kept), isLiteral };
    if (character === '"' || character === '{') break;
    if (character === '\\') {
      place.at += 1;
      isLiteral = true;
      text += place.text[place.at] ?? '';
      kept = text.length;
    } else {
      text += character;
      if (!SPACES.includes(character)) kept = text.length;
    }
  }
  throw malformed(name);
}

function skipSpaces(place: Place): void {
  while (place.at < place.text.length && SPACES.includes(place.text[place.at] ?? '-')) place.at += 1;
}
