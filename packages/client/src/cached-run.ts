import type { Outcome } from './machine/exchange.ts';
import type { TransactionStatus } from './machine/machine.ts';
import type { OneResult } from './one-result.ts';
import type { Result } from './results.ts';
import type { ServerError } from './server-error.ts';
import { DescriptionSink, executionOf, type StatementDescription } from './statement.ts';
import type { CachedStatement } from './statement-cache.ts';
import type { Answer, FollowUp } from './submission.ts';
import type { TypeRegistry } from './types/registry.ts';

/** What one execution by way of the cache needs of its executor. */
export interface CachedRunContext {
  readonly types: TypeRegistry;
  readonly parameterTypes: readonly number[];
  readonly values: readonly unknown[];
  transactionStatus(): TransactionStatus;
  /** A collector for rows of a statement that was described before, or is with its rows. */
  collect(description: StatementDescription | undefined): OneResult;
  nextName(): string;
  keep(statement: CachedStatement): void;
  forget(): void;
}

/**
 * One execution of a cached statement, and its one repetition when the server does not know the statement (26000:
 * DISCARD, or a pooler that has gone to another server) or its rows have changed their type (0A000).
 *
 * It is repeated only when nothing of it can have been executed: the error came from Bind, outside a transaction. The
 * repetition brings its Parse along in the same turn and the same Sync, so that no pooler can come between the two, and
 * no other call of this connection either. A statement that is unknown keeps its name: behind a pooler every server
 * learns it once.
 */
export class CachedRun implements Answer<Result<unknown>> {
  collector: OneResult;
  readonly #context: CachedRunContext;
  readonly #statement: CachedStatement;
  #stage: 'first' | { readonly describing: DescriptionSink } | { readonly again: CachedStatement } = 'first';

  constructor(context: CachedRunContext, statement: CachedStatement) {
    this.#context = context;
    this.#statement = statement;
    this.collector = context.collect(statement.description);
  }

  /** The first request. */
  begin(): FollowUp {
    const { description, name, sql } = this.#statement;
    const request = executionOf(name, sql, description, this.#context.types, this.#context.values);
    return { request, sink: this.collector };
  }

  /** The result, once nothing is to be sent any more; throws the server's error. */
  answer(): Result<unknown> {
    return this.collector.answer();
  }

  /** What to send behind an answer; undefined when that was the last one. */
  next(outcome: Outcome): FollowUp | undefined {
    if (this.#stage === 'first') return this.#afterFirst(outcome);
    if ('describing' in this.#stage) return this.#afterDescription(this.#stage.describing);
    this.#afterAll(this.#stage.again, outcome);
    return undefined;
  }

  #afterFirst(outcome: Outcome): FollowUp | undefined {
    const sqlState = staleness(outcome);
    if (sqlState === undefined) return undefined;
    this.#context.forget();
    // The error has ended a transaction, if there was one: only then are we not idle.
    if (this.#context.transactionStatus() !== 'I') return undefined;
    if (sqlState === '26000') return this.#again(this.#statement);
    const describing = new DescriptionSink();
    this.#stage = { describing };
    const { parameterTypes } = this.#context;
    return { request: { kind: 'describe', sql: this.#statement.sql, parameterTypes }, sink: describing };
  }

  #afterDescription(sink: DescriptionSink): FollowUp | undefined {
    if (sink.error !== undefined) {
      this.collector = this.#context.collect(undefined);
      this.collector.errorResponse(sink.error);
      return undefined;
    }
    const description = sink.description(this.#context.types);
    return this.#again({ name: this.#context.nextName(), sql: this.#statement.sql, description });
  }

  #again(statement: CachedStatement): FollowUp {
    const { description, name, sql } = statement;
    this.#stage = { again: statement };
    this.collector = this.#context.collect(undefined);
    const execution = executionOf(name, sql, description, this.#context.types, this.#context.values);
    const { parameterTypes } = description;
    return {
      // The pooler may have gone on to a server that does know the name.
      before: { kind: 'close', target: 'statement', name, end: 'none' },
      request: { ...execution, parse: true, describe: true, parameterTypes },
      sink: this.collector,
    };
  }

  #afterAll({ description, name, sql }: CachedStatement, outcome: Outcome): void {
    // A statement that was parsed and then failed stays prepared; whether it was parsed is not worth knowing.
    if (outcome.kind !== 'completed') return;
    const { fields } = this.collector;
    this.#context.keep({ name, sql, description: { ...description, fields } });
  }
}

/** Why the server refused a prepared statement before it began to execute it. */
function staleness(outcome: Outcome): '26000' | '0A000' | undefined {
  if (outcome.kind !== 'failed' || outcome.step !== 'bind') return undefined;
  const { sqlState }: ServerError = outcome.error;
  return sqlState === '26000' || sqlState === '0A000' ? sqlState : undefined;
}
