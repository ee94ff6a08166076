import { createReadStream, openSync } from 'node:fs';
import type { QuerySink } from '../engine/conversation.ts';
import { logError, type RunContext } from './context.ts';
import { copyLines } from './copy-lines.ts';
import { describeFileError } from './line-source.ts';
import { fileOutput, type Output } from './output.ts';
import { type QueryTarget, sendQuery } from './send-query.ts';
import type { Outcome } from './state.ts';

/** `\copy`, taken apart: the table or query, which way, the local end, and what follows. */
interface CopyCommand {
  readonly relation: string;
  readonly direction: 'from' | 'to';
  readonly end: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'stream'; readonly name: string };
  readonly options: string;
}

const word = /\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[(),.]|[^\s"'(),.]+)/y;
const standardStreams = new Set(['stdin', 'stdout', 'pstdin', 'pstdout']);

/** Runs `\copy`: COPY between the database and a file of this side. */
export async function copyFile(context: RunContext, line: string | undefined): Promise<Outcome> {
  const command = line === undefined ? 'arguments required' : parseCopy(line);
  if (typeof command === 'string') {
    logError(context, `\\copy: ${command}`);
    return 'failed';
  }
  const { direction, end, relation, options } = command;
  const way = direction === 'from' ? 'FROM STDIN' : 'TO STDOUT';
  const sql = `COPY ${relation} ${way}${options === '' ? '' : ` ${options}`}`;
  let target: QueryTarget & { close?(): void };
  try {
    target = direction === 'from' ? sourceOf(context, end) : sinkOf(context, end);
  } catch (error) {
    logError(context, `${end.kind === 'file' ? end.path : end.name}: ${describeFileError(error)}`);
    return 'failed';
  }
  try {
    return (await sendQuery(context, sql, target)) ? 'continue' : 'failed';
  } finally {
    target.close?.();
  }
}

function sourceOf(context: RunContext, end: CopyCommand['end']): QueryTarget & { close?(): void } {
  if (end.kind === 'file') {
    // Opened before anything is sent: a file that is missing is no affair of the server's.
    const stream = createReadStream(end.path, { fd: openSync(end.path, 'r'), highWaterMark: 65_536 });
    return { copyIn: () => stream, close: () => void stream.destroy() };
  }
  if (end.name !== 'pstdin') return {};
  return { copyIn: (): ReturnType<QuerySink['copyIn']> => copyLines(context.stdin()) };
}

function sinkOf(context: RunContext, end: CopyCommand['end']): QueryTarget & { close?(): void } {
  if (end.kind === 'file') {
    const output: Output = fileOutput(end.path);
    return { copyOut: output, close: () => output.close() };
  }
  return end.name === 'pstdout' ? { copyOut: context.stdout } : {};
}

/** Takes the command apart; a text says what is wrong with it. */
function parseCopy(line: string): CopyCommand | string {
  word.lastIndex = 0;
  let depth = 0;
  for (let found = word.exec(line); found !== null; found = word.exec(line)) {
    const token = found[1] ?? '';
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    const direction = token.toLowerCase();
    if (depth > 0 || found.index === 0 || (direction !== 'from' && direction !== 'to')) continue;
    const relation = line.slice(0, found.index).trim();
    const name = word.exec(line)?.[1] ?? '';
    if (name === '') return `parse error at end of line`;
    if (name.toLowerCase() === 'program') return 'PROGRAM is not supported';
    const options = pathEnd(line, word.lastIndex, name);
    if (standardStreams.has(name.toLowerCase())) {
      return { relation, direction, end: { kind: 'stream', name: name.toLowerCase() }, options: options.rest };
    }
    return { relation, direction, end: { kind: 'file', path: options.path }, options: options.rest };
  }
  return 'parse error at end of line';
}

/** A path in quotes, or up to the next blank, and what stands behind it. */
function pathEnd(line: string, at: number, name: string): { readonly path: string; readonly rest: string } {
  if (name.startsWith("'")) return { path: name.slice(1, -1).replaceAll("''", "'"), rest: line.slice(at).trim() };
  const blank = line.slice(at).search(/\s/);
  const end = blank < 0 ? line.length : at + blank;
  return { path: name + line.slice(at, end), rest: line.slice(end).trim() };
}
