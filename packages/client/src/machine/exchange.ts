import { DISCARDING_SINK, type ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import type { StepKind } from './phases.ts';
import type { Request } from './requests.ts';

/** `completed`: answered to the end. `failed`: with an ErrorResponse to that step. `skipped`: never executed. */
export type Outcome =
  | { readonly kind: 'completed' }
  | { readonly kind: 'failed'; readonly error: ServerError; readonly step: StepKind | undefined }
  | { readonly kind: 'skipped'; readonly cause: ServerError | undefined }
  | { readonly kind: 'sink-threw'; readonly error: unknown };

/** One submitted request on its way through the queue. */
export interface Exchange {
  readonly kind: Request['kind'];
  readonly steps: readonly StepKind[];
  /** Called once, when the last step has been answered or skipped; not when the connection is lost. */
  readonly ended: (outcome: Outcome) => void;
  /** Index of the step that waits for its answer. */
  at: number;
  sink: ResultSink;
  /** Columns of the rows to come; undefined while no RowDescription or caller has said so. */
  columnCount: number | undefined;
  /** Whether the sink takes part in the copy that is under way. */
  copy: 'handled' | 'unhandled';
  outcome: Outcome;
}

const COMPLETED: Outcome = { kind: 'completed' };

/** A request that was just sent. */
export function exchangeOf(
  { kind, columnCount }: { readonly kind: Request['kind']; readonly columnCount?: number | undefined },
  steps: readonly StepKind[],
  sink: ResultSink,
  ended: (outcome: Outcome) => void,
): Exchange {
  return { kind, steps, ended, at: 0, sink, columnCount, copy: 'unhandled', outcome: COMPLETED };
}

/** Only a promise is waited for: a callback that happens to return something else did not mean to. */
export function promised(answer: unknown): Promise<void> | undefined {
  return answer instanceof Promise ? answer : undefined;
}

/** The rest of the answer is read and dropped. */
export function dropAnswer(exchange: Exchange, error: unknown): void {
  exchange.sink = DISCARDING_SINK;
  exchange.outcome = { kind: 'sink-threw', error };
}
