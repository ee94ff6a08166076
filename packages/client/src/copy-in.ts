import { parseCommandTag } from '@pg-dblink/protocol';
import type { Channel } from './channel.ts';
import { CopyFeed } from './copy-feed.ts';
import { UsageError } from './errors.ts';
import type { CopyDirection, ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';

/**
 * Pieces of COPY data, cut anywhere; text is sent as UTF-8. Bytes may change as soon as the next piece is asked for;
 * those in an array, whose pieces are sent together from where they lie, not before the copy has ended.
 */
export type CopySource = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** The server takes no CopyFail of more than 10,000 bytes. */
const MAX_REASON_CHARACTERS = 1000;

/** How the feeding of a COPY stands. */
type Feeding =
  | { readonly state: 'not-begun' }
  | { readonly state: 'feeding' }
  | { readonly state: 'fed' }
  /** The source threw: the server was told, the caller will be. */
  | { readonly state: 'source-failed'; readonly error: unknown }
  /** The server refused the data before it had all of it. */
  | { readonly state: 'refused' };

/** Feeds one COPY FROM STDIN from a source, as fast as the socket takes it. */
class CopyInSink implements ResultSink {
  readonly #channel: Channel;
  readonly #source: CopySource;
  readonly #feed: CopyFeed;
  #feeding: Feeding = { state: 'not-begun' };
  #error: ServerError | undefined;
  #rowCount = 0;

  constructor(channel: Channel, source: CopySource) {
    this.#channel = channel;
    this.#source = source;
    this.#feed = new CopyFeed(channel, Array.isArray(source) ? 'lasting' : 'passing');
  }

  /** The number of rows that the server has taken; throws what went wrong. */
  finish(): number {
    if (this.#feeding.state === 'source-failed') throw this.#feeding.error;
    if (this.#error !== undefined) throw this.#error;
    if (this.#feeding.state === 'not-begun') throw new UsageError('the statement is no COPY … FROM STDIN');
    return this.#rowCount;
  }

  copyResponse(direction: CopyDirection): unknown {
    if (direction !== 'in' || this.#feeding.state !== 'not-begun') return undefined;
    this.#feeding = { state: 'feeding' };
    void this.#feedAll();
    return 'handled';
  }

  commandComplete(tag: string): void {
    this.#rowCount = Number(parseCommandTag(tag).rows ?? 0n);
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
    this.#feed.drop();
    if (this.#feeding.state === 'feeding') this.#feeding = { state: 'refused' };
  }

  rowDescription(): void {}
  dataRows(): void {}
  emptyQueryResponse(): void {}

  async #feedAll(): Promise<void> {
    try {
      for await (const piece of this.#source) {
        if (!this.#isFeeding()) return;
        const sent = this.#feed.put(piece);
        if (sent !== undefined) await sent;
        if (!this.#isFeeding()) return;
      }
      if (!this.#isFeeding()) return;
      this.#feeding = { state: 'fed' };
      this.#feed.end();
    } catch (error) {
      if (!this.#isFeeding()) return;
      this.#feeding = { state: 'source-failed', error };
      this.#feed.drop();
      this.#channel.machine.copyFail(reasonOf(error));
      void this.#channel.flush();
    }
  }

  #isFeeding(): boolean {
    return this.#feeding.state === 'feeding' && this.#channel.machine.phase === 'simple-copy-in';
  }
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll('\0', '').toWellFormed().slice(0, MAX_REASON_CHARACTERS) || 'aborted by the client';
}

/**
 * Runs `COPY … FROM STDIN` and feeds it; resolves to the number of rows. What the source throws is told to the server,
 * which then undoes the copy, and to the caller.
 */
export async function copyIn(
  channel: Channel,
  sql: string,
  source: CopySource,
  options: SubmitOptions | undefined,
): Promise<number> {
  const sink = new CopyInSink(channel, source);
  await submit(channel, { kind: 'simple', sql }, sink, options);
  return sink.finish();
}
