import type { RemoteField, RemoteSink } from './connection.ts';
import { canceled, isDblinkError, type RemoteErrorFields, RowsRefused } from './errors.ts';
import type { Ledger } from './ledger.ts';
import type { RowConsumer, RowSetHeader } from './rows.ts';

/** Rows of an asynchronous result that wait in memory; beyond it the remote server is made to wait. */
const KEPT_BYTES = 16 * 1024 * 1024;
/** More results than this without anyone fetching them is not a server that means well. */
const KEPT_RESULTS = 100_000;

/** One result of a query message, as `PQgetResult` hands them out. */
export type Result =
  | RowsResult
  | { readonly kind: 'command'; readonly tag: string }
  | { readonly kind: 'empty' }
  | { readonly kind: 'copy'; readonly direction: 'in' | 'out' | 'both' }
  | Failure;

/** A result that leaves a text in the connection's error buffer once it is read. */
export type Failure =
  | { readonly kind: 'error'; readonly error: RemoteErrorFields; readonly text: string }
  /** libpq waits once more on the socket that it has closed, and says so in words of its own. */
  | { readonly kind: 'lost'; readonly text: string; readonly wait: string };

/** A row set; its rows are kept here, were streamed already, or were dropped, as the command's policy says. */
export interface RowsResult {
  readonly kind: 'rows';
  readonly fields: readonly RemoteField[];
  readonly body: Uint8Array;
  readonly chunks: RowChunk[];
  byteLength: number;
  /** How the row set ended; undefined while more rows may come. */
  end: { readonly kind: 'complete' } | Failure | undefined;
}

export interface RowChunk {
  readonly bytes: Uint8Array;
  readonly count: number;
}

/** What happens to rows on arrival. */
export type RowPolicy =
  | { readonly kind: 'drop' }
  | { readonly kind: 'keep' }
  | {
      readonly kind: 'stream';
      readonly consumer: RowConsumer;
      header(fields: readonly RemoteField[], body: Uint8Array): RowSetHeader;
    };

/** What a command tells the connection that it runs on. */
export interface CommandEvents {
  readonly ledger: Pick<Ledger, 'countStatement' | 'countRows'>;
  /** libpq's text of an ErrorResponse, with its newline. */
  textOf(error: RemoteErrorFields): string;
  /** The server sends more than a client must bear. */
  overrun(): void;
}

function neverMind(): void {}

/**
 * One query message under way: a queue of results between the connection, which fills it, and the dblink functions,
 * which take one after the other.
 */
export class Command implements RemoteSink {
  readonly #policy: RowPolicy;
  readonly #events: CommandEvents;
  readonly #ready: Result[] = [];
  #current: RowsResult | { readonly kind: 'copying' } | undefined;
  /** Of a row set that is described but has no rows yet and has not come to its end. */
  #header: RowSetHeader | undefined;
  #phase: 'running' | 'abandoned' | 'finished' = 'running';
  #refusal: { readonly error: unknown } | undefined;
  #overflowed: RowsResult | undefined;
  #fatal = false;
  #skipped: RowsResult | undefined;
  readonly #waiting = new Set<() => void>();
  #resume: (() => void) | undefined;

  constructor(policy: RowPolicy, events: CommandEvents) {
    this.#policy = policy;
    this.#events = events;
  }

  /** A result can be had without waiting, or there is none left. */
  get isReady(): boolean {
    return this.#ready.length > 0 || this.#phase === 'finished';
  }

  /** Every result has been taken, and the server is ready for another query. */
  get isOver(): boolean {
    return this.#ready.length === 0 && this.#phase === 'finished';
  }

  /** Nobody waits for its results any more. */
  get isAbandoned(): boolean {
    return this.#phase === 'abandoned';
  }

  /** The server's last words came as an answer to this command. */
  get hasFatal(): boolean {
    return this.#fatal;
  }

  /** The failure that would be read next; reading input is enough to learn of it. */
  get nextFailure(): Failure | undefined {
    const [next] = this.#ready;
    return next?.kind === 'error' || next?.kind === 'lost' ? next : undefined;
  }

  /** How the connection was lost, if that is still to be read. */
  get loss(): Failure | undefined {
    return this.#ready.find((result): result is Failure => result.kind === 'lost');
  }

  /** Its results wait for PQgetResult; those of other commands belong to the call that runs them. */
  get isKept(): boolean {
    return this.#policy.kind === 'keep';
  }

  /**
   * The next result, or undefined after the last one.
   *
   * @throws what the consumer of streamed rows threw, and 57014 when the signal ends the wait
   */
  async next(signal: AbortSignal | undefined): Promise<Result | undefined> {
    for (;;) {
      if (this.#refusal !== undefined) throw this.#refusal.error;
      if (this.isReady) return this.#ready.shift();
      await this.#change(signal);
    }
  }

  /**
   * Hands on one result after the other as they come; after the last one it resolves with what `end` returns. What
   * {@link next} throws is what it rejects with. There is one promise for all of them, for a short call is made of waits.
   */
  drain<T>(take: (result: Result) => void, end: () => T, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(look);
        reject(interruption(signal));
      };
      const look = (): void => {
        while (this.#refusal === undefined && this.#ready.length > 0) take(this.#ready.shift() as Result);
        if (this.#refusal === undefined && this.#phase !== 'finished') {
          this.#waiting.add(look);
          return;
        }
        signal?.removeEventListener('abort', stop);
        if (this.#refusal === undefined) resolve(end());
        else reject(this.#refusal.error);
      };
      look();
      if (!this.#waiting.has(look)) return;
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    });
  }

  /** Hands the rows of a kept row set to the consumer, waiting for those that are still to come. */
  async deliver(
    result: RowsResult,
    consumer: RowConsumer,
    signal: AbortSignal | undefined,
  ): Promise<NonNullable<RowsResult['end']>> {
    for (;;) {
      const chunk = result.chunks.shift();
      if (chunk !== undefined) {
        result.byteLength -= chunk.bytes.byteLength;
        await consumer.rows(chunk.bytes, 0, chunk.bytes.byteLength, chunk.count);
        if (result.byteLength < KEPT_BYTES / 2) this.#letGo();
      } else if (result.end !== undefined) {
        return result.end;
      } else {
        this.#letGo();
        await this.#change(signal);
      }
    }
  }

  /** The rest of a row set that was to be delivered is not wanted; the results after it are. */
  skip(result: RowsResult): void {
    this.#skipped = result;
    result.chunks.length = 0;
    this.#letGo();
  }

  /** Nobody wants the rest: whatever still arrives is dropped. */
  abandon(): void {
    if (this.#phase === 'running') this.#phase = 'abandoned';
    this.#refusal = undefined;
    this.#ready.length = 0;
    this.#letGo();
  }

  /** ReadyForQuery arrived. */
  finish(): void {
    this.#phase = 'finished';
    this.#wake();
  }

  /** The connection is gone. */
  lose(fatal: Failure | undefined, lost: Failure): void {
    if (fatal !== undefined) this.#push(fatal);
    const current = this.#current;
    this.#current = undefined;
    if (current?.kind === 'rows' && this.#handedOut(current)) {
      current.end = lost;
      this.#wake();
    } else {
      this.#push(lost);
    }
    this.finish();
  }

  rowDescription(fields: readonly RemoteField[], body: Uint8Array): void {
    const current: RowsResult = { kind: 'rows', fields, body: body.slice(), chunks: [], byteLength: 0, end: undefined };
    this.#current = current;
    if (this.#policy.kind === 'stream' && this.#isWanted) this.#header = this.#policy.header(fields, current.body);
  }

  dataRows(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void> {
    this.#events.ledger.countRows(count);
    this.#announce();
    if (!this.#isWanted) return;
    if (this.#policy.kind === 'stream') return this.#stream(this.#policy.consumer, bytes, start, end, count);
    if (this.#policy.kind === 'keep' && this.#current?.kind === 'rows')
      return this.#keep(this.#current, bytes, start, end, count);
  }

  commandComplete(tag: string): void {
    this.#events.ledger.countStatement('complete');
    this.#announce();
    const current = this.#current;
    this.#current = undefined;
    if (current?.kind === 'copying') return;
    if (current?.kind === 'rows') {
      current.end = { kind: 'complete' };
      if (this.#handedOut(current)) this.#wake();
      else this.#push(current);
    } else {
      this.#push({ kind: 'command', tag });
    }
  }

  emptyQueryResponse(): void {
    this.#push({ kind: 'empty' });
  }

  copyResponse(direction: 'in' | 'out' | 'both'): void {
    // The connection fails or drains the copy; what the server says to that belongs to the copy, not to the caller.
    this.#current = { kind: 'copying' };
    this.#push({ kind: 'copy', direction });
  }

  errorResponse(error: RemoteErrorFields): void {
    this.#events.ledger.countStatement('failed');
    const current = this.#current;
    this.#current = undefined;
    this.#header = undefined;
    if (current?.kind === 'copying') return;
    this.#fatal ||= error.severity === 'FATAL' || error.severity === 'PANIC';
    const failure: Failure = { kind: 'error', error, text: this.#events.textOf(error) };
    if (current?.kind === 'rows' && this.#handedOut(current)) {
      current.end = failure;
      this.#wake();
    } else {
      this.#push(failure);
    }
  }

  get #isWanted(): boolean {
    return this.#phase === 'running' && this.#refusal === undefined;
  }

  /** To libpq a row set that fails before its first row is an error and nothing else: its consumer never hears of it. */
  #announce(): void {
    const header = this.#header;
    this.#header = undefined;
    if (header === undefined || this.#policy.kind !== 'stream' || !this.#isWanted) return;
    try {
      this.#policy.consumer.rowSet(header);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** A row set too large to keep was given to its reader before its end. */
  #handedOut(result: RowsResult): boolean {
    return this.#policy.kind === 'keep' && this.#overflowed === result;
  }

  #keep(current: RowsResult, bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void> {
    if (current === this.#skipped) return;
    current.chunks.push({ bytes: bytes.slice(start, end), count });
    current.byteLength += end - start;
    if (current.byteLength < KEPT_BYTES) {
      if (this.#handedOut(current)) this.#wake();
      return;
    }
    if (!this.#handedOut(current)) {
      this.#overflowed = current;
      this.#push(current);
    }
    this.#wake();
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  #stream(consumer: RowConsumer, bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void> {
    try {
      const pause = consumer.rows(bytes, start, end, count);
      if (pause !== undefined) return pause.catch((error: unknown) => this.#refuse(error));
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    this.#refusal ??= { error };
    this.#wake();
  }

  #push(result: Result): void {
    if (this.#phase !== 'running') return;
    this.#ready.push(result);
    if (this.#ready.length > KEPT_RESULTS) this.#events.overrun();
    this.#wake();
  }

  #letGo(): void {
    const resume = this.#resume ?? neverMind;
    this.#resume = undefined;
    resume();
  }

  #wake(): void {
    if (this.#waiting.size === 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(go);
        reject(interruption(signal));
      };
      const go = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      if (signal?.aborted === true) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.add(go);
    });
  }
}

/** What an aborted signal means to SQL: 57014, unless the host gave an error of its own. */
export function interruption(signal: AbortSignal | undefined): Error {
  const reason = signal?.reason;
  return isDblinkError(reason) || reason instanceof RowsRefused ? reason : canceled('user request');
}

/** Whether the call was interrupted by someone who wants its statement to stop. */
export function isCancelled(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true && !(signal.reason instanceof RowsRefused);
}
