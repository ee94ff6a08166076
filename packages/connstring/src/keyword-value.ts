import type { Echo } from './echo.ts';
import { mayBelongTo } from './echo.ts';
import { ConninfoError } from './errors.ts';
import { isBlank } from './text.ts';

/** One `name = value` of a keyword/value string; `at` and `end` delimit the value as written, quotes included. */
export interface WrittenPair {
  readonly name: string;
  readonly value: string;
  readonly at: number;
  readonly end: number;
}

/**
 * The pairs of a keyword/value connection string, one by one, as `conninfo_parse` in fe-connect.c cuts them.
 *
 * A backslash makes the next character literal, in bare and in quoted values; only a value whose first character is a
 * quote is quoted, and nothing is needed between its closing quote and the next name.
 */
export function* readPairs(text: string, echo: Echo): Generator<WrittenPair, void, undefined> {
  let at = 0;
  let previous: string | undefined;
  for (;;) {
    at = skipBlanks(text, at);
    if (at >= text.length) return;
    const nameAt = at;
    while (at < text.length && text[at] !== '=' && !isBlank(text, at)) at += 1;
    const name = text.slice(nameAt, at);
    at = skipBlanks(text, at);
    if (text[at] !== '=') {
      const shown = echo.text(name, mayBelongTo(previous, name, false));
      throw new ConninfoError('missing-equals', `missing "=" after "${shown}" in connection info string`);
    }
    const valueAt = skipBlanks(text, at + 1);
    const { value, end } = text[valueAt] === "'" ? readQuoted(text, valueAt) : readBare(text, valueAt);
    yield { name, value, at: valueAt, end };
    previous = name;
    at = end;
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (isBlank(text, at)) at += 1;
  return at;
}

function readBare(text: string, from: number): { readonly value: string; readonly end: number } {
  let at = from;
  let value = '';
  while (at < text.length && !isBlank(text, at)) {
    // A lone backslash at the end of the text is dropped.
    if (text[at] === '\\') at += 1;
    value += text.charAt(at);
    at += 1;
  }
  return { value, end: Math.min(at, text.length) };
}

function readQuoted(text: string, from: number): { readonly value: string; readonly end: number } {
  let at = from + 1;
  let value = '';
  while (text[at] !== "'") {
    if (text[at] === '\\') at += 1;
    if (at >= text.length) {
      throw new ConninfoError('unterminated-quote', 'unterminated quoted string in connection info string');
    }
    value += text.charAt(at);
    at += 1;
  }
  return { value, end: at + 1 };
}
