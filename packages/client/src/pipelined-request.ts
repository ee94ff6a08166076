import { PipelineAbortedError } from './errors.ts';
import type { Asker, Outcome } from './machine/exchange.ts';
import type { Answer } from './submission.ts';

/** A promise that waits for its place in the pipeline. */
export class PipelinedRequest<T> implements Required<Asker> {
  readonly #answer: Answer<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: unknown) => void;

  constructor(answer: Answer<T>, resolve: (value: T) => void, reject: (error: unknown) => void) {
    this.#answer = answer;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  ended(outcome: Outcome): void {
    try {
      if (outcome.kind === 'sink-threw') throw outcome.error;
      if (outcome.kind === 'skipped') throw new PipelineAbortedError(outcome.cause);
      this.#resolve(this.#answer.answer());
    } catch (error) {
      this.#reject(error);
    }
  }

  abandoned(error: unknown): void {
    this.#reject(error);
  }
}
