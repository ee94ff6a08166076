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

/** Who made a request. Not a function: code that is optimised for one is thrown away together with it. */
export interface Asker {
  /** Called once, when the last step has been answered or skipped; not when the connection is lost. */
  ended(outcome: Outcome): void;
  /** The connection is lost, and with it the answer; only a turn of many requests tells its askers. */
  abandoned?(error: unknown): void;
}

/** Nobody wants to know. */
export const NOBODY: Asker = { ended: () => undefined };

/** One submitted request on its way through the queue. */
export interface Exchange {
  readonly kind: Request['kind'];
  readonly steps: readonly StepKind[];
  readonly asker: Asker;
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
  asker: Asker,
): Exchange {
  return { kind, steps, asker, at: 0, sink, columnCount, copy: 'unhandled', outcome: COMPLETED };
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
