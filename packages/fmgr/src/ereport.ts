import { LEVEL } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { encodeText } from './runtime.ts';

/** A message level of the manual, section "Reporting Errors Within the Server". */
export type Level = keyof typeof LEVEL;

/** What a message says; SQLSTATE is XX000 for errors, 01000 for warnings and 00000 below when it is not given. */
export interface Report {
  readonly sqlState?: string | undefined;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** Lines for CONTEXT, innermost first; those of calling PL/pgSQL functions follow by themselves. */
  readonly context?: string | readonly string[] | undefined;
}

/**
 * An SQL error on its way out of a function's body: throw it, and the caller gets ereport(ERROR) with these fields.
 *
 * @example
 * ```ts
 * const refuse = (): never => {
 *   throw new SqlError({ sqlState: '22023', message: 'radius must be positive', hint: 'Use abs().' });
 * };
 * ```
 */
export class SqlError extends Error {
  override readonly name = 'SqlError';
  readonly report: Report;

  constructor(report: Report) {
    super(report.message);
    this.report = report;
  }

  get sqlState(): string {
    return this.report.sqlState ?? 'XX000';
  }
}

/** MAKE_SQLSTATE: six bits a character; what is not five characters long is XX000. */
export function packSqlState(sqlState: string): number {
  const chars = sqlState.length === 5 ? sqlState : 'XX000';
  return [...chars].reduce((packed, char, index) => packed | (((char.charCodeAt(0) - 48) & 0x3f) << (6 * index)), 0);
}

function contextLines(context: Report['context']): string | undefined {
  if (context === undefined || typeof context === 'string') return context;
  return context.length === 0 ? undefined : context.join('\n');
}

const DEFAULT_SQL_STATE: Readonly<Partial<Record<Level, string>>> = { ERROR: 'XX000', WARNING: '01000' };

type Field = 'errmsg_internal' | 'errdetail_internal' | 'errhint' | 'errcontext_msg';

// Every field is passed as the argument of "%s", so that a percent sign in it stays one.
interface Laid {
  readonly field: Field;
  readonly values: number;
}

function layOut(engine: Engine, report: Report): { readonly at: number; readonly fields: readonly Laid[] } {
  const given: readonly (readonly [Field, string | undefined])[] = [
    ['errmsg_internal', report.message],
    ['errdetail_internal', report.detail],
    ['errhint', report.hint],
    ['errcontext_msg', contextLines(report.context)],
  ];
  const texts = given.flatMap(([field, text]) => (text === undefined ? [] : [{ field, bytes: encodeText(text) }]));
  const slotsAt = 4;
  let next = slotsAt + 4 * texts.length;
  const at = engine.functions.palloc(next + texts.reduce((sum, { bytes }) => sum + bytes.length + 1, 0));
  engine.heap.write(at, Uint8Array.of(0x25, 0x73, 0, 0));
  const fields = texts.map(({ field, bytes }, index): Laid => {
    const values = at + slotsAt + 4 * index;
    engine.heap.setInt32(values, at + next);
    engine.heap.write(at + next, bytes);
    engine.heap.setInt8(at + next + bytes.length, 0);
    next += bytes.length + 1;
    return { field, values };
  });
  return { at, fields };
}

/** errstart … errfinish: at ERROR the engine unwinds from here by an exception of its own. */
export function emitReport(engine: Engine, level: Level, report: Report): void {
  const { functions } = engine;
  const sqlState = packSqlState(report.sqlState ?? DEFAULT_SQL_STATE[level] ?? '00000');
  const { at, fields } = layOut(engine, report);
  if (functions.errstart(LEVEL[level], 0) !== 0) {
    functions.errcode(sqlState);
    for (const { field, values } of fields) {
      if (field === 'errcontext_msg') functions.set_errcontext_domain(0);
      functions[field](at, values);
    }
    functions.errfinish(0, 0, 0);
  }
  functions.pfree(at);
}

/**
 * Reports a message to the client and the server log, or raises an error.
 *
 * @param level - ERROR throws {@link SqlError}, which the function's edge turns into the engine's error
 *
 * @example
 * ```ts
 * ereport(call.engine, 'NOTICE', { message: 'table is empty' });
 * ```
 */
export function ereport(engine: Engine, level: Level, report: Report): void {
  if (level === 'ERROR') throw new SqlError(report);
  emitReport(engine, level, report);
}

/** What the edge of a function reports for an exception of a body. */
export function reportOf(exception: unknown): Report {
  if (exception instanceof SqlError) return exception.report;
  const message = exception instanceof Error ? exception.message : String(exception);
  return { sqlState: 'XX000', message: message === '' ? 'unknown error' : message };
}
