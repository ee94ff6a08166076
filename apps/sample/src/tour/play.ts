import { interpolate, parseTour } from './script.ts';

/** What one statement came to, as it is printed. */
export interface Outcome {
  /** Notices, result and error in the order and the form of psql. */
  readonly text: string;
  /** SQLSTATE of the error, if it ended in one. */
  readonly sqlState: string | undefined;
}

/** Runs a statement; an SQL error is an outcome, anything else rejects. */
export type Execute = (sql: string) => Promise<Outcome>;

/** Prints a part of the tour. */
export interface TourPrinter {
  comment(text: string): void;
  statement(text: string): void;
  outcome(text: string): void;
}

/**
 * Runs a tour statement by statement, and prints each with what came of it.
 *
 * @throws TourError when a statement fails that should not, or does not fail as it should.
 */
export async function playTour(
  script: string,
  variables: Readonly<Record<string, string>>,
  execute: Execute,
  printer: TourPrinter,
  signal: AbortSignal,
): Promise<void> {
  for (const step of parseTour(script)) {
    signal.throwIfAborted();
    for (const comment of step.comments) printer.comment(comment);
    printer.statement(step.statement);
    const outcome = await execute(interpolate(step.statement, variables));
    printer.outcome(outcome.text);
    if (outcome.sqlState !== step.expectedError)
      throw new TourError(step.statement, step.expectedError, outcome.sqlState);
  }
}

/** A statement of the tour did not end as the script says. */
class TourError extends Error {
  override readonly name: string = 'TourError';

  constructor(statement: string, expected: string | undefined, actual: string | undefined) {
    const what = (sqlState: string | undefined): string => (sqlState === undefined ? 'success' : `error ${sqlState}`);
    super(`the tour expects ${what(expected)} of this statement and got ${what(actual)}:\n${statement}`);
  }
}
