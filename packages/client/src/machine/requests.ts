import {
  encodeBind,
  encodeClose,
  encodeDescribe,
  encodeExecute,
  encodeFlush,
  encodeParse,
  encodeQuery,
  encodeSync,
  type Writer,
} from '@pg-dblink/protocol';
import type { StepKind } from './phases.ts';

/**
 * What ends a request: Sync, after which the server is ready again; Flush, when more of the same transaction follows
 * but the answer is wanted now; nothing, in the middle of a pipeline.
 */
export type RequestEnd = 'sync' | 'flush' | 'none';

/** A parameter: text in text format, bytes in binary format, or NULL. */
export type Parameter = string | Uint8Array | null;

/** The simple query protocol: one or more statements, results in text (manual: "Simple Query"). */
export interface SimpleRequest {
  readonly kind: 'simple';
  readonly sql: string;
}

/** The extended query protocol: one statement with parameters (manual: "Extended Query"). */
export interface ExtendedRequest {
  readonly kind: 'extended';
  readonly sql: string;
  /** Name of the prepared statement; empty or absent for the unnamed one. */
  readonly name?: string;
  /** False when the named statement exists already and `sql` is only for messages. */
  readonly parse?: boolean;
  readonly parameters?: readonly Parameter[];
  /** One OID a parameter; 0 lets the server infer. */
  readonly parameterTypes?: readonly number[];
  /** None: all text. One: for all columns. Else one a column. */
  readonly resultFormats?: readonly (0 | 1)[];
  readonly portal?: string;
  /** Rows after which the portal is suspended; 0 for all. */
  readonly maxRows?: number;
  /** False when the caller knows the row description already; default true. */
  readonly describe?: boolean;
  /** How many columns the rows have, when `describe` is false. */
  readonly columnCount?: number;
  /** Default `sync`. */
  readonly end?: RequestEnd;
}

/** Makes a portal and describes it, without running it. */
export interface PortalRequest {
  readonly kind: 'portal';
  readonly sql: string;
  readonly portal: string;
  readonly parameters: readonly Parameter[];
  readonly end?: RequestEnd;
}

/** More rows of a portal that was suspended (manual: "Execute"). */
export interface FetchRequest {
  readonly kind: 'fetch';
  readonly portal: string;
  readonly maxRows: number;
  readonly columnCount?: number;
  readonly end?: RequestEnd;
}

/** Parameter and column types of a statement, without running it. A name keeps the statement prepared. */
export interface DescribeRequest {
  readonly kind: 'describe';
  readonly sql: string;
  readonly name?: string;
  readonly parameterTypes?: readonly number[];
  readonly end?: RequestEnd;
}

/** Forgets a prepared statement or a portal; one that does not exist is no error. */
export interface CloseRequest {
  readonly kind: 'close';
  readonly target: 'statement' | 'portal';
  readonly name: string;
  readonly end?: RequestEnd;
}

/** Ends a pipeline segment. */
export interface SyncRequest {
  readonly kind: 'sync';
}

/** What {@link Connection.submit} sends. */
export type Request =
  | SimpleRequest
  | ExtendedRequest
  | PortalRequest
  | FetchRequest
  | DescribeRequest
  | CloseRequest
  | SyncRequest;

const SIMPLE: readonly StepKind[] = ['simple'];
const SYNC: readonly StepKind[] = ['sync'];
const NO_TYPES: readonly number[] = [];
const NO_PARAMETERS: readonly Parameter[] = [];
const NO_FORMATS: readonly (0 | 1)[] = [];
const BINARY: 1 = 1;
const TEXT: 0 = 0;
/** All rows of the unnamed portal. */
const EXECUTE_ALL = { portal: '', maxRows: 0 };

/** The rows of steps that an extended request can be, made once: each optional message is a bit of the index. */
const EXTENDED_STEPS: readonly (readonly StepKind[])[] = Array.from({ length: 8 }, (_, index) => [
  ...((index & 4) !== 0 ? (['parse'] as const) : []),
  'bind',
  ...((index & 2) !== 0 ? (['describe-portal'] as const) : []),
  'execute',
  ...((index & 1) !== 0 ? SYNC : []),
]);

function extendedIndex(parse: boolean, describe: boolean, sync: boolean): number {
  return (parse ? 4 : 0) + (describe ? 2 : 0) + (sync ? 1 : 0);
}

/**
 * Writes a request's messages, each whole or not at all, and returns the steps that the server will answer.
 *
 * @throws LocalProtocolError when a name, a text or a value cannot be sent; nothing is left in the writer then,
 * because the caller takes a mark first.
 */
export function writeRequest(writer: Writer, request: Request): readonly StepKind[] {
  switch (request.kind) {
    case 'simple':
      encodeQuery(writer, { sql: request.sql });
      return SIMPLE;
    case 'extended':
      return writeExtended(writer, request);
    case 'portal':
      encodeParse(writer, { name: '', sql: request.sql, parameterTypes: NO_TYPES });
      writeBind(writer, request.portal, '', request.parameters, NO_FORMATS);
      encodeDescribe(writer, { target: 'portal', name: request.portal });
      return ended(writer, request.end, ['parse', 'bind', 'describe-portal']);
    case 'fetch':
      encodeExecute(writer, { portal: request.portal, maxRows: request.maxRows });
      return ended(writer, request.end, ['execute']);
    case 'describe': {
      const name = request.name ?? '';
      encodeParse(writer, { name, sql: request.sql, parameterTypes: request.parameterTypes ?? NO_TYPES });
      encodeDescribe(writer, { target: 'statement', name });
      return ended(writer, request.end, ['parse', 'describe-statement']);
    }
    case 'close':
      encodeClose(writer, { target: request.target, name: request.name });
      return ended(writer, request.end, ['close']);
    case 'sync':
      encodeSync(writer);
      return SYNC;
  }
}

function writeExtended(writer: Writer, request: ExtendedRequest): readonly StepKind[] {
  const name = request.name ?? '';
  const portal = request.portal ?? '';
  const parse = request.parse ?? true;
  const describe = request.describe ?? true;
  const sync = request.end === undefined || request.end === 'sync';
  if (parse) encodeParse(writer, { name, sql: request.sql, parameterTypes: request.parameterTypes ?? NO_TYPES });
  writeBind(writer, portal, name, request.parameters ?? NO_PARAMETERS, request.resultFormats ?? NO_FORMATS);
  if (describe) encodeDescribe(writer, { target: 'portal', name: portal });
  const { maxRows = 0 } = request;
  encodeExecute(writer, portal === '' && maxRows === 0 ? EXECUTE_ALL : { portal, maxRows });
  writeEnd(writer, request.end);
  return EXTENDED_STEPS[extendedIndex(parse, describe, sync)] ?? SYNC;
}

function writeBind(
  writer: Writer,
  portal: string,
  statement: string,
  parameters: readonly Parameter[],
  resultFormats: readonly (0 | 1)[],
): void {
  encodeBind(writer, { portal, statement, parameterFormats: parameterFormats(parameters), parameters, resultFormats });
}

function parameterFormats(values: readonly Parameter[]): readonly (0 | 1)[] {
  return values.some((value) => value instanceof Uint8Array)
    ? values.map((value) => (value instanceof Uint8Array ? BINARY : TEXT))
    : NO_FORMATS;
}

function ended(writer: Writer, end: RequestEnd | undefined, steps: StepKind[]): readonly StepKind[] {
  writeEnd(writer, end);
  if (end === undefined || end === 'sync') steps.push('sync');
  return steps;
}

function writeEnd(writer: Writer, end: RequestEnd | undefined): void {
  if (end === undefined || end === 'sync') encodeSync(writer);
  else if (end === 'flush') encodeFlush(writer);
}
