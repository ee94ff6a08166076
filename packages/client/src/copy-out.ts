import type { Channel } from './channel.ts';
import { UsageError } from './errors.ts';
import type { CopyDirection, ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';

/** Data that waits to be taken before the socket is stopped. */
const HIGH_WATER_BYTES = 256 * 1024;

/** Gathers COPY data between the socket and whoever iterates. */
class CopyOutSink implements ResultSink {
  #pieces: Uint8Array[] = [];
  #byteLength = 0;
  #error: unknown;
  #state: 'waiting' | 'copying' | 'ended' = 'waiting';
  #wake: () => void = () => undefined;
  #release: () => void = () => undefined;

  copyResponse(direction: CopyDirection): unknown {
    if (direction !== 'out') return undefined;
    this.#state = 'copying';
    return 'handled';
  }

  copyData(bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    this.#pieces.push(bytes.slice(start, end));
    this.#byteLength += end - start;
    this.#wake();
    if (this.#byteLength < HIGH_WATER_BYTES) return undefined;
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
    while (this.#pieces.length === 0) {
      if (this.#state === 'ended') {
        if (this.#error !== undefined) throw this.#error;
        return undefined;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const pieces = this.#pieces;
    const byteLength = this.#byteLength;
    this.#pieces = [];
    this.#byteLength = 0;
    this.#release();
    return joined(pieces, byteLength);
  }

  /** The request is over; an error of the connection counts when the server told none. */
  end(error: unknown): void {
    const wasCopied = this.#state === 'copying';
    this.#state = 'ended';
    this.#error ??= error ?? (wasCopied ? undefined : new UsageError('the statement is no COPY … TO STDOUT'));
    this.#wake();
  }

  /** Nobody takes any more: let the rest pass. */
  abandon(): void {
    this.#pieces = [];
    this.#byteLength = Number.NEGATIVE_INFINITY;
    this.#release();
  }
}

function joined(pieces: readonly Uint8Array[], byteLength: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(byteLength);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
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
      await channel.cancel().catch(() => undefined);
      await whole;
    }
  }
}
