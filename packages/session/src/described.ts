import type { Command } from './command.ts';
import type { RemoteConnection, RemoteField, RemoteSink } from './connection.ts';
import type { RemoteErrorFields } from './errors.ts';
import { reportEnd } from './guarded.ts';

/** Counts as true when it gives a row. Every name is qualified: the remote search path may hold anything. */
const EXACT_FLOATS =
  "SELECT 1 WHERE pg_catalog.current_setting('extra_float_digits')::pg_catalog.int4 OPERATOR(pg_catalog.>) 0";

/** Decides on the formats of a statement's columns once they are known. */
export interface FormatDecision {
  /** Whether {@link formatsFor} has to know how the server writes floats. */
  readonly asksForFloats: boolean;
  formatsFor(fields: readonly RemoteField[], hasExactFloats: boolean): readonly (0 | 1)[];
}

/**
 * Parses and describes a statement, and runs it with the formats that its columns allow: two round trips and one
 * transaction. The statement is parsed once, so an error of it is the same error as of a simple query, and its locks
 * keep the description true until it runs.
 *
 * A statement without columns goes as a simple query after all: only there do rules show the rows that they add.
 *
 * @throws as `submit` does
 */
export async function submitDescribed(
  connection: RemoteConnection,
  sql: string,
  decision: FormatDecision,
  command: Command,
): Promise<void> {
  const description = new Preliminary(command);
  const floats = new Preliminary(command);
  await connection.pipeline?.(async (together) => {
    const [asked, described] = await Promise.allSettled([
      decision.asksForFloats ? together.submit({ kind: 'extended', sql: EXACT_FLOATS }, floats) : undefined,
      together.submit({ kind: 'describe', sql }, description),
    ]);
    const { columns } = description;
    const isOver = floats.columns === 'refused' || columns === 'refused' || command.isAbandoned;
    if (isOver || columns === 'none') return together.sync();
    for (const answer of [asked, described]) if (answer.status === 'rejected') throw answer.reason;
    const resultFormats = decision.formatsFor(columns, floats.rowCount === 1);
    const run = together.submit({ kind: 'extended', sql, parse: false, resultFormats }, command);
    const [ran, commit] = await Promise.allSettled([run, together.sync()]);
    reportEnd(command, ran, commit);
  });
  const hasRun = description.columns !== 'none' || floats.columns === 'refused' || command.isAbandoned;
  if (!hasRun) await connection.submit({ kind: 'simple', sql }, command);
}

/** What comes before the rows: a description and a row count are kept, an error belongs to the command. */
class Preliminary implements RemoteSink {
  readonly #command: Command;
  columns: readonly RemoteField[] | 'none' | 'refused' = 'none';
  rowCount = 0;

  constructor(command: Command) {
    this.#command = command;
  }

  rowDescription(fields: readonly RemoteField[]): void {
    this.columns = fields;
  }

  dataRows(_bytes: Uint8Array, _start: number, _end: number, count: number): void {
    this.rowCount += count;
  }

  errorResponse(error: RemoteErrorFields): void {
    this.columns = 'refused';
    this.#command.errorResponse(error);
  }

  commandComplete(): void {}
  emptyQueryResponse(): void {}
  copyResponse(): void {}
}
