import type { SelfAddress } from '@pg-dblink/pglite';

/** `I` idle, `T` in a transaction, `E` in a failed transaction: ReadyForQuery's own letters. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Who takes what the engine sends; a promise holds the engine back until it is settled. */
export interface EngineListener {
  /** Backend messages, cut anywhere; the bytes belong to the listener. */
  bytes(chunk: Uint8Array): void | Promise<void>;
  /** ReadyForQuery was the end of the last chunk. */
  ready(status: TransactionStatus): void;
  /** COPY … FROM STDIN waits for its data; CopyInResponse has been delivered. */
  copyIn?(): void;
  /** The engine is gone: a crash, or its end. Nothing follows. */
  lost(error: EngineError): void;
}

/**
 * One session of an embedded PostgreSQL, as a stream of protocol messages both ways.
 *
 * The start-up dialogue is not part of it: the session exists when the engine does. A Query, Sync or FunctionCall that
 * has been sent is answered by one ReadyForQuery, and no further one may be sent before that.
 */
export interface Engine {
  /** The run-time parameters that a server reports at start-up, as they were when the engine started. */
  readonly parameters: ReadonlyMap<string, string>;
  /** Whether messages have been sent that no ReadyForQuery has answered yet. */
  readonly isBusy: boolean;
  readonly transactionStatus: TransactionStatus;
  /** Makes `listener` the one that receives; the former one receives nothing more. */
  listen(listener: EngineListener): void;
  /** Sends whole frontend messages; their bytes belong to the engine from then on. */
  send(messages: Uint8Array): void;
  /** Settles once the engine has taken so much of what was sent that more may follow. */
  drained(): Promise<void>;
  /** Says where this process listens, so that a dblink connection of the engine to itself is refused. */
  listensAt(addresses: readonly SelfAddress[]): void;
  /** Asks that the statement that runs be cancelled; nothing when none runs. */
  cancel(): void;
  /** Ends the engine in order; a statement that runs is cancelled. Safe to call twice. */
  close(): Promise<void>;
}

/** Why there is no engine (any more). */
export type EngineErrorCode = 'data-directory' | 'start-failed' | 'engine-lost' | 'closed';

/**
 * The embedded engine could not be started, or has ended.
 *
 * @example
 * ```ts
 * try {
 *   await startEngine({ dataDirectory: './data' });
 * } catch (error) {
 *   if (error instanceof EngineError && error.code === 'data-directory') console.error(error.message);
 * }
 * ```
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
