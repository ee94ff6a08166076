import type { TextTuple } from './relation.ts';

/** A query for the local database; its values are asked for in text form, under the session's own settings. */
export interface LocalQuery {
  readonly sql: string;
  readonly parameters: readonly string[];
}

/** A computation that asks the local database: it yields queries, is given their rows, and returns its result. */
export type LocalSteps<Result> = Generator<LocalQuery, Result, readonly TextTuple[]>;

/**
 * Runs a computation against a local database, which may be embedded or reached by a client.
 *
 * `runQuery` returns the rows with every value as text or null; what it throws is handed on.
 *
 * @example
 * await runLocalSteps(primaryKeySteps('foo'), async ({ sql, parameters }) => localRows(sql, parameters));
 */
export async function runLocalSteps<Result>(
  steps: LocalSteps<Result>,
  runQuery: (query: LocalQuery) => readonly TextTuple[] | Promise<readonly TextTuple[]>,
): Promise<Result> {
  let step = steps.next();
  while (step.done !== true) step = steps.next(await runQuery(step.value));
  return step.value;
}
