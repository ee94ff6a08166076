import { displayWidth } from './display-width.ts';
import type { ServerMessageFields } from './server-error.ts';

/** PGVerbosity of libpq: how much of an error's fields the formatted text shows. */
export type LibpqVerbosity = 'default' | 'terse' | 'verbose' | 'sqlstate';

/** Columns of the query that are shown at most (DISPLAY_SIZE of fe-protocol3.c). */
const EXTRACT_WIDTH = 60;
/** Columns kept to the right of the marked place (MIN_RIGHT_CUT of fe-protocol3.c). */
const KEPT_TO_THE_RIGHT = 10;

interface QueryLine {
  readonly lineNumber: number;
  readonly characters: readonly string[];
  /** Index of the marked character in `characters`. */
  readonly at: number;
}

/** Finds the line that holds the 1-based character `position`; CR, LF and CRLF each end a line. */
function findLine(query: string, position: number): QueryLine | undefined {
  const characters = Array.from(query);
  const target = position - 1;
  if (target > characters.length) return undefined;
  let lineNumber = 1;
  let lineStart = 0;
  for (let index = 0; index < target; index++) {
    const character = characters[index];
    if (character !== '\n' && character !== '\r') continue;
    if (character === '\r' || index === 0 || characters[index - 1] !== '\r') lineNumber++;
    lineStart = index + 1;
  }
  let lineEnd = Math.max(target, lineStart);
  while (lineEnd < characters.length && characters[lineEnd] !== '\n' && characters[lineEnd] !== '\r') lineEnd++;
  const line = characters.slice(lineStart, lineEnd).map((character) => (character === '\t' ? ' ' : character));
  return { lineNumber, characters: line, at: target - lineStart };
}

/** The extract of the query with a caret below the place, as reportErrorPosition of fe-protocol3.c lays it out. */
function markPosition(query: string, position: number): string {
  const line = findLine(query, position);
  if (line === undefined) return '';
  const columns: number[] = [0];
  let width = 0;
  for (const character of line.characters) {
    width += displayWidth(character);
    columns.push(width);
  }
  const column = (index: number): number => columns[index] ?? width;
  let from = 0;
  let to = line.characters.length;
  if (width > EXTRACT_WIDTH) {
    if (EXTRACT_WIDTH >= column(line.at) + KEPT_TO_THE_RIGHT) {
      while (column(to) > EXTRACT_WIDTH) to--;
    } else {
      while (column(line.at) + KEPT_TO_THE_RIGHT < column(to)) to--;
      while (column(to) - column(from) > EXTRACT_WIDTH) from++;
    }
  }
  const lead = `LINE ${line.lineNumber}: ${from > 0 ? '...' : ''}`;
  const trail = to < line.characters.length ? '...' : '';
  const indent = lead.length + column(line.at) - column(from);
  return `\n${lead}${line.characters.slice(from, to).join('')}${trail}\n${' '.repeat(indent)}^`;
}

function firstLine(fields: ServerMessageFields, verbosity: LibpqVerbosity): string {
  const severity = fields.severityLocalized === '' ? '' : `${fields.severityLocalized}:  `;
  if (verbosity === 'sqlstate' && fields.sqlState !== '') return `${severity}${fields.sqlState}`;
  const sqlState = verbosity === 'verbose' && fields.sqlState !== '' ? `${fields.sqlState}: ` : '';
  return `${severity}${sqlState}${fields.message}`;
}

interface MarkedQuery {
  readonly query: string;
  readonly position: number;
}

/** The query that a position points into: the caller's, or the one that the server ran on its behalf. */
function markedQuery(fields: ServerMessageFields, query: string | undefined): MarkedQuery | number | undefined {
  if (fields.position !== undefined) {
    return query === undefined ? fields.position : { query, position: fields.position };
  }
  if (fields.internalPosition === undefined) return undefined;
  return fields.internalQuery === undefined
    ? fields.internalPosition
    : { query: fields.internalQuery, position: fields.internalPosition };
}

function objectLines(fields: ServerMessageFields): string {
  const lines: string[] = [];
  if (fields.schema !== undefined) lines.push(`SCHEMA NAME:  ${fields.schema}`);
  if (fields.table !== undefined) lines.push(`TABLE NAME:  ${fields.table}`);
  if (fields.column !== undefined) lines.push(`COLUMN NAME:  ${fields.column}`);
  if (fields.dataType !== undefined) lines.push(`DATATYPE NAME:  ${fields.dataType}`);
  if (fields.constraint !== undefined) lines.push(`CONSTRAINT NAME:  ${fields.constraint}`);
  if (fields.file !== undefined || fields.line !== undefined || fields.routine !== undefined) {
    const routine = fields.routine === undefined ? '' : `${fields.routine}, `;
    const place = fields.file !== undefined && fields.line !== undefined ? `${fields.file}:${fields.line}` : '';
    lines.push(`LOCATION:  ${routine}${place}`);
  }
  return lines.map((line) => `\n${line}`).join('');
}

/**
 * Formats an error or notice exactly as libpq's PQresultErrorMessage does, without the trailing newline
 * (manual: "PQsetErrorVerbosity"); CONTEXT is shown for errors only, libpq's default.
 *
 * @param query - the text that was sent; with it a position becomes a `LINE n:` extract and a caret
 *
 * @example
 * ```ts
 * formatLibpqMessage(error, 'select nocol');
 * // ERROR:  column "nocol" does not exist
 * // LINE 1: select nocol
 * //                ^
 * ```
 */
export function formatLibpqMessage(
  fields: ServerMessageFields,
  query?: string,
  verbosity: LibpqVerbosity = 'default',
): string {
  let text = firstLine(fields, verbosity);
  if (verbosity === 'sqlstate' && fields.sqlState !== '') return text;
  const brief = verbosity === 'terse' || verbosity === 'sqlstate';
  const marked = markedQuery(fields, brief ? undefined : query);
  if (marked !== undefined) {
    const at = typeof marked === 'number' ? marked : brief ? marked.position : undefined;
    if (at !== undefined) text += ` at character ${at}`;
    else if (typeof marked === 'object') text += markPosition(marked.query, marked.position);
  }
  if (brief) return text;
  if (fields.detail !== undefined) text += `\nDETAIL:  ${fields.detail}`;
  if (fields.hint !== undefined) text += `\nHINT:  ${fields.hint}`;
  if (fields.internalQuery !== undefined) text += `\nQUERY:  ${fields.internalQuery}`;
  if (fields.context !== undefined && isErrorSeverity(fields.severity)) text += `\nCONTEXT:  ${fields.context}`;
  return verbosity === 'verbose' ? text + objectLines(fields) : text;
}

function isErrorSeverity(severity: string): boolean {
  return severity === 'ERROR' || severity === 'FATAL' || severity === 'PANIC';
}
