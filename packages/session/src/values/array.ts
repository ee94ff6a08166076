import { DblinkError } from '../errors.ts';

/** An array value: elements, or arrays of them for more dimensions. */
export type ArrayValue<T> = (T | null | ArrayValue<T>)[];

/** The bounds that precede an array whose subscripts do not begin at 1. */
const BOUNDS = /^(\[[-+]?\d+:[-+]?\d+\])+=/;

/**
 * Reads the text of an array (manual, "Array Input and Output Syntax").
 *
 * @param element - reads the text of one element that is not NULL
 * @throws DblinkError 22P02 for text that is no array
 */
export function parseArray<T>(text: string, element: (text: string) => T): ArrayValue<T> {
  const malformed = (): DblinkError =>
    new DblinkError({ sqlState: '22P02', message: `malformed array literal: "${text}"` });
  const delimited = /[{},]/;
  let at = text.replace(BOUNDS, '').length === text.length ? 0 : (BOUNDS.exec(text)?.[0].length ?? 0);

  function readArray(): ArrayValue<T> {
    const values: ArrayValue<T> = [];
    at++;
    if (text[at] === '}') {
      at++;
      return values;
    }
    for (;;) {
      values.push(text[at] === '{' ? readArray() : text[at] === '"' ? element(readQuoted()) : readPlain());
      const next = text[at++];
      if (next === '}') return values;
      if (next !== ',') throw malformed();
    }
  }

  function readQuoted(): string {
    let value = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\') at++;
      if (at >= text.length) throw malformed();
      value += text[at];
    }
    at++;
    return value;
  }

  function readPlain(): T | null {
    let value = '';
    for (; at < text.length && !delimited.test(text[at] ?? ''); at++) {
      if (text[at] === '\\') at++;
      value += text[at] ?? '';
    }
    if (value === '') throw malformed();
    return value === 'NULL' ? null : element(value);
  }

  if (text[at] !== '{') throw malformed();
  const values = readArray();
  if (at !== text.length) throw malformed();
  return values;
}
