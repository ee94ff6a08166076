import type { DecodeValue } from '../types/codec.ts';
import { type MakeRow, type ReadRows, ROW_HEADER_BYTES, tornRow, viewOf } from './interpreted.ts';

/**
 * Theory of operation
 * -------------------
 * One function is generated for each row description: it walks the row without a loop over columns and makes each
 * object by one literal, so that all rows have the same shape. Where a content security policy forbids code
 * generation, `compileRows` returns undefined and the interpreted reader, which gives equal rows, takes over.
 *
 * Column names come from the server. They enter the code only as JSON string literals, in a computed key where the
 * plain one would mean the prototype.
 */
type Compiled = (
  decoders: readonly DecodeValue[],
  tornRow: () => Error,
  viewOf: (bytes: Uint8Array) => DataView,
) => ReadRows;

/**
 * More columns than this are read by the loop: the longer the function the later the engine optimises it, and the less
 * of what it calls becomes part of it.
 */
const MAX_COLUMNS = 16;

/** A reader made of generated code; undefined when code may not be generated here, or is not worth it. */
export function compileRows(
  names: readonly string[] | undefined,
  decoders: readonly DecodeValue[],
): ReadRows | undefined {
  if (decoders.length > MAX_COLUMNS) return undefined;
  try {
    const make = new Function('decoders', 'tornRow', 'viewOf', sourceOf(names, decoders.length)) as Compiled;
    return make(decoders, tornRow, viewOf);
  } catch {
    return undefined;
  }
}

/** A maker of objects by one literal, for the loop; undefined where code may not be generated. */
export function compileObjects(names: readonly string[]): MakeRow | undefined {
  try {
    const literal = objectLiteral(names, (index) => `values[${index}]`);
    return new Function('values', `'use strict'; return ${literal};`) as MakeRow;
  } catch {
    return undefined;
  }
}

function sourceOf(names: readonly string[] | undefined, columnCount: number): string {
  const columns = Array.from({ length: columnCount }, (_, index) => index);
  const read = columns.map(
    (index) => `
    if (at + 4 > rowEnd) throw tornRow();
    length = view.getInt32(at);
    at += 4;
    let v${index} = null;
    if (length !== -1) {
      if (length < 0 || at + length > rowEnd) throw tornRow();
      v${index} = d${index}(bytes, at, at += length, view);
    }`,
  );
  return `'use strict';
${columns.map((index) => `const d${index} = decoders[${index}];`).join('\n')}
return (bytes, start, end, accept) => {
  const view = viewOf(bytes);
  let at = start;
  let length = 0;
  while (at < end) {
    const rowEnd = at + 1 + view.getInt32(at + 1);
    at += ${ROW_HEADER_BYTES};${read.join('')}
    if (at !== rowEnd) throw tornRow();
    if (!accept(${names === undefined ? arrayLiteral(columns) : objectLiteral(names, (index) => `v${index}`)})) break;
  }
  return at;
};`;
}

function arrayLiteral(columns: readonly number[]): string {
  return `[${columns.map((index) => `v${index}`).join(', ')}]`;
}

function objectLiteral(names: readonly string[], expressionOf: (index: number) => string): string {
  // Of equal names the last one counts, in the place of the first, as when properties are set one by one.
  const values = new Map(names.map((name, index) => [name, expressionOf(index)]));
  return `{ ${Array.from(values, ([name, value]) => `${propertyKey(name)}: ${value}`).join(', ')} }`;
}

function propertyKey(name: string): string {
  const literal = JSON.stringify(name);
  return name === '__proto__' ? `[${literal}]` : literal;
}
