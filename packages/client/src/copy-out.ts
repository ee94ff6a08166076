import type { Channel } from './channel.ts';
import { joinCopyBodies } from './copy-bodies.ts';
import { UsageError } from './errors.ts';
import { Fifo } from './machine/fifo.ts';
import type { CopyDirection, ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';

/** Data that waits to be taken before the socket is stopped. */
const HIGH_WATER_BYTES = 256 * 1024;
/**
 * A server sends 8 KiB at a time, and to read each of them for itself costs more than what is done with it. Once a copy
 * has shown that it is large, a read that brought little is followed by a moment without reading.
 */
const LARGE_COPY_BYTES = 256 * 1024;
const LITTLE_BYTES = 32 * 1024;
const MOMENT_MS = 1;

/** Gathers COPY data between the socket and whoever iterates: the rows of one read side by side in one piece. */
class CopyOutSink implements ResultSink {
  readonly #pieces = new Fifo<Uint8Array>();
  #waitingBytes = 0;
  #seenBytes = 0;
  #error: unknown;
  #state: 'waiting' | 'copying' | 'abandoned' | 'ended' = 'waiting';
  #wake: () => void = () => undefined;
  #release: () => void = () => undefined;

  copyResponse(direction: CopyDirection): unknown {
    if (direction !== 'out') return undefined;
    this.#state = 'copying';
    return 'handled';
  }

  copyData(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void> {
    if (this.#state !== 'copying') return undefined;
    const piece = joinCopyBodies(bytes, start, end, count);
    if (piece.byteLength === 0) return undefined;
    this.#pieces.push(piece);
    this.#waitingBytes += piece.byteLength;
    this.#seenBytes += piece.byteLength;
    this.#wake();
    if (this.#waitingBytes >= HIGH_WATER_BYTES) {
      return new Promise((resolve) => {
        this.#release = resolve;
      });
    }
    // A message for itself is a large one, or one that straddled reads, with more of the same read behind it.
    if (count === 1 || piece.byteLength >= LITTLE_BYTES || this.#seenBytes < LARGE_COPY_BYTES) return undefined;
    return new Promise((resolve) => setTimeout(resolve, MOMENT_MS));
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  rowDescription(): void {}
  dataRows(): void {}
  commandComplete(): void {}
  emptyQueryResponse(): void {}

  /** The next piece; undefined at the end. Throws what ended the copy early. */
  async take(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#waitingBytes -= piece.byteLength;
        if (this.#waitingBytes === 0) this.#release();
        return piece;
      }
      if (this.#state === 'ended') {
        if (this.#error !== undefined) throw this.#error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
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
