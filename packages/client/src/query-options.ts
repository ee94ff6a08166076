import type { Row } from './results.ts';
import type { LazyRow } from './rows/lazy.ts';
import type { RowShape } from './rows/row-readers.ts';
import type { SubmitOptions } from './submission.ts';
import type { TypeRegistry } from './types/registry.ts';

/** What a query may be told. */
export interface QueryOptions extends SubmitOptions {
  /** How rows are handed out; default `object`. */
  readonly rows?: RowShape | undefined;
  /** Replaces the connection's types for this call. */
  readonly types?: TypeRegistry | undefined;
}

/** What an extended query may be told in addition. */
export interface ExecuteOptions extends QueryOptions {
  /** OIDs of the types of $1, $2 …; 0 or absent lets the server infer. */
  readonly parameterTypes?: readonly number[] | undefined;
  /** Asks for all columns in binary; values of unknown types are bytes then. */
  readonly binary?: boolean | undefined;
}

/** What a query that is read batch by batch may be told in addition. */
export interface StreamOptions extends ExecuteOptions {
  /** Rows a batch; default 1000. */
  readonly batchSize?: number | undefined;
}

/** What a row is, given the options of the call. */
export type ShapeOf<O> = O extends { readonly rows: 'array' }
  ? readonly unknown[]
  : O extends { readonly rows: 'raw' }
    ? readonly (Uint8Array | null)[]
    : O extends { readonly rows: 'lazy' }
      ? LazyRow
      : Row;
