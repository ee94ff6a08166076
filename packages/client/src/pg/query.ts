import type { EventEmitter } from 'node:events';
import { UsageError } from '../errors.ts';
import type { QueryResult } from './result.ts';
import type { TypeParserSource } from './type-parsers.ts';

/** A query with everything that may belong to it. */
export interface QueryConfig {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** Keeps the statement prepared under this name. */
  readonly name?: string | undefined;
  readonly rowMode?: 'array' | undefined;
  readonly types?: TypeParserSource | undefined;
  readonly query_timeout?: number | undefined;
}

/** An object that runs itself on the connection: pg-cursor and what is built on it. */
export interface Submittable extends EventEmitter {
  submit(connection: EventEmitter): void;
}

/** How node-postgres hands over what a query gave, when no promise is wanted. */
export type QueryCallback = (error: Error | null, result?: QueryResult | QueryResult[]) => void;

/** The arguments of `query` in one shape. */
export interface QueryCall {
  readonly config: QueryConfig;
  readonly callback: QueryCallback | undefined;
}

export function isSubmittable(value: unknown): value is Submittable {
  return typeof value === 'object' && value !== null && typeof (value as { submit?: unknown }).submit === 'function';
}

/** `query(text | config, values?, callback?)`. */
export function readQueryCall(
  first: string | QueryConfig,
  second?: readonly unknown[] | QueryCallback,
  third?: QueryCallback,
): QueryCall {
  const base = typeof first === 'string' ? { text: first } : first;
  if (typeof base?.text !== 'string') throw new UsageError('a query needs a text');
  const values = Array.isArray(second) ? second : base.values;
  const callback = typeof second === 'function' ? second : third;
  return { config: { ...base, values }, callback };
}
