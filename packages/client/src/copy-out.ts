import type { Channel } from './channel.ts';
import { UsageError } from './errors.ts';
import { type CopyDirection, copyBodies, type ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';

/** Data that waits to be taken before the socket is stopped. */
const HIGH_WATER_BYTES = 256 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;
/** Below this a loop is quicker than the call that copies. */
const FEW_BYTES = 32;

/** Gathers COPY data between the socket and whoever iterates: small rows side by side in one buffer. */
class CopyOutSink implements ResultSink {
  #buffer = new Uint8Array(FIRST_BUFFER_BYTES);
  #length = 0;
  #error: unknown;
  #state: 'waiting' | 'copying' | 'abandoned' | 'ended' = 'waiting';
  #wake: () => void = () => undefined;
  #release: () => void = () => undefined;

  copyResponse(direction: CopyDirection): unknown {
    if (direction !== 'out') return undefined;
    this.#state = 'copying';
    return 'handled';
  }

  copyData(bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    if (this.#state !== 'copying') return undefined;
    // Headers are room to spare: what the run has at most is its own length.
    if (this.#length + end - start > this.#buffer.byteLength) this.#grow(this.#length + end - start);
    copyBodies(bytes, start, end, this.#append);
    this.#wake();
    if (this.#length < HIGH_WATER_BYTES) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  rowDescription(): void {}
  dataRows(): void {}
  commandComplete(): void {}
  emptyQueryResponse(): void {}

  /** Everything that has arrived, as one piece; undefined at the end. Throws what ended the copy early. */
  async take(): Promise<Uint8Array | undefined> {
    while (this.#length === 0) {
      if (this.#state === 'ended') {
        if (this.#error !== undefined) throw this.#error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const piece = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    this.#release();
    return piece;
  }

  /** The request is over; an error of the connection counts when the server told none. */
  end(error: unknown): void {
    const wasCopied = this.#state !== 'waiting';
    this.#state = 'ended';
    this.#error ??= error ?? (wasCopied ? undefined : new UsageError('the statement is no COPY … TO STDOUT'));
    this.#wake();
  }

  /** Nobody takes any more: let the rest pass. */
  abandon(): void {
    this.#state = 'abandoned';
    this.#release();
  }

  readonly #append = (bytes: Uint8Array, start: number, end: number): void => {
    if (end - start < FEW_BYTES) for (let at = start; at < end; at++) this.#buffer[this.#length++] = bytes[at] ?? 0;
    else {
      this.#buffer.set(bytes.subarray(start, end), this.#length);
      this.#length += end - start;
    }
  };

  #grow(byteLength: number): void {
    const grown = new Uint8Array(Math.max(this.#buffer.byteLength * 2, byteLength));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

/**
 * Runs `COPY … TO STDOUT` and yields its data as it comes; the socket is stopped while nobody takes. Leaving the loop
 * early cancels the copy on the server.
 */
export async function* copyOut(
  channel: Channel,
  sql: string,
  options: SubmitOptions | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const sink = new CopyOutSink();
  const whole = submit(channel, { kind: 'simple', sql }, sink, options).then(
    () => sink.end(undefined),
    (error: unknown) => sink.end(error),
  );
  let state: 'taking' | 'taken' = 'taking';
  try {
    for (let piece = await sink.take(); piece !== undefined; piece = await sink.take()) yield piece;
    state = 'taken';
  } catch (error) {
    state = 'taken';
    throw error;
  } finally {
    if (state === 'taking') {
      sink.abandon();
      channel.stop();
      await whole;
    }
  }
}
