import { PipelineAbortedError } from './errors.ts';
import type { Pending } from './lease.ts';
import type { Outcome } from './machine/exchange.ts';
import type { Answer } from './submission.ts';

/** A promise that waits for its place in the pipeline. */
export class PipelinedRequest<T> implements Pending {
  readonly #answer: Answer<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(answer: Answer<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.#answer = answer;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  resolve(outcome: Outcome): void {
    try {
      if (outcome.kind === 'sink-threw') throw outcome.error;
      if (outcome.kind === 'skipped') throw new PipelineAbortedError(outcome.cause);
      this.#resolve(this.#answer.answer());
    } catch (error) {
      this.#reject(error);
    }
  }

  reject(error: unknown): void {
    this.#reject(error);
  }
}
