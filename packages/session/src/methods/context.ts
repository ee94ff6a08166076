import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Verbs } from '../session.ts';
import type { TextRows } from '../text-rows.ts';
import type { TypedRows } from '../typed-rows.ts';

/** The last argument of most functions: fail_on_error, or that and more by name. */
export type CallOptions =
  | boolean
  | {
      /** False turns an error of the remote server into a notice. */
      readonly failOnError?: boolean;
      /** Ends the wait with 57014; the remote statement is cancelled. */
      readonly signal?: AbortSignal;
    };

/** What methods are made of. */
export interface MethodContext {
  /** The functions as a call with these options runs them. */
  verbsFor(options: CallOptions): Verbs;
  /** Rows in memory, typed when there is a column list; what a known query tells of NULL is checked with it. */
  collect(
    columns: string | undefined,
    call: (rows: RowConsumer) => Promise<RowOutcome>,
    query?: string,
  ): Promise<TextRows & TypedRows<never>>;
}

export function failOnError(options: CallOptions): boolean {
  return typeof options === 'boolean' ? options : (options.failOnError ?? true);
}
