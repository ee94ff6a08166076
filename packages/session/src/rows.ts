import type { RemoteField } from './connection.ts';

/** What describes the rows of one row set. */
export interface RowSetHeader {
  readonly fields: readonly RemoteField[];
  /** The RowDescription body exactly as it arrived. */
  readonly body: Uint8Array;
  /** DateStyle as the remote server reported it last. */
  readonly dateStyle: string | undefined;
  /** IntervalStyle as the remote server reported it last. */
  readonly intervalStyle: string | undefined;
  /** TimeZone as the remote server reported it last. */
  readonly timeZone: string | undefined;
}

/**
 * Where row sets go, byte for byte: whole DataRow messages, as many as one network chunk held.
 *
 * A range is valid during the call only. A promise pauses the remote server; a thrown error refuses the rows, ends the
 * call with that error and lets the rest of the result pass by.
 */
export interface RowConsumer {
  /** A row set begins; rows of an earlier row set of the same call are void. */
  rowSet(header: RowSetHeader): void;
  rows(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void>;
  /**
   * Whether everything handed over has been put to use. A consumer that works in another thread answers this, so that
   * a query counts as running until its last row is taken, as it does in C.
   */
  isTaken?(): boolean;
}

/**
 * How a call that returns rows ended: the rows delivered last are the result; a command tag is the one status row;
 * nothing is the result; or a relayed error was a NOTICE and what had been delivered before it stays.
 */
export type RowOutcome =
  | { readonly kind: 'rows' }
  | { readonly kind: 'status'; readonly tag: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'kept' };
