import type { Channel } from './channel.ts';
import { UsageError } from './errors.ts';
import { type CopyDirection, copyBodies, type ResultSink } from './result-sink.ts';
import type { ServerError } from './server-error.ts';
import { submit } from './submission.ts';

/** Messages that wait to be taken before the socket is stopped. */
const HIGH_WATER_MESSAGES = 1000;

/**
 * A COPY in both directions, as replication uses it (manual: "Streaming Replication Protocol"): iterate over the
 * server's messages, one CopyData each, and send your own.
 *
 * @example
 * ```ts
 * const [system] = await connection.query('IDENTIFY_SYSTEM');
 * const stream = await connection.copyBoth(`START_REPLICATION ${system?.rows[0]?.['xlogpos']}`);
 * for await (const message of stream) {
 *   if (message[0] === 0x6b) break; // PrimaryKeepalive
 * }
 * ```
 */
export class CopyBoth implements AsyncIterable<Uint8Array> {
  readonly #channel: Channel;
  readonly #messages: Uint8Array[] = [];
  readonly #begun: Promise<void>;
  #state: 'waiting' | 'copying' | 'finishing' | 'ended' = 'waiting';
  #error: unknown;
  #wake: () => void = () => undefined;
  #release: () => void = () => undefined;

  private constructor(channel: Channel, sql: string) {
    this.#channel = channel;
    this.#begun = new Promise((resolve, reject) => {
      const settled = submit(channel, { kind: 'simple', sql }, this.#sink(resolve));
      settled.then(
        () => this.#end(undefined, reject),
        (error: unknown) => this.#end(error, reject),
      );
    });
  }

  /** @internal Runs the command and waits for CopyBothResponse. */
  static async begin(channel: Channel, sql: string): Promise<CopyBoth> {
    const stream = new CopyBoth(channel, sql);
    await stream.#begun;
    return stream;
  }

  /** Sends one CopyData; throws UsageError when the copy is over. */
  send(message: Uint8Array): void {
    if (this.#state !== 'copying') throw new UsageError('the copy is over');
    this.#channel.machine.copyData(message);
    void this.#channel.flush();
  }

  /** Ends our side; the server's messages end when it has ended its own. */
  finish(): void {
    if (this.#state !== 'copying') return;
    this.#state = 'finishing';
    this.#channel.machine.copyDone();
    void this.#channel.flush();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const message = this.#messages.shift();
        if (message !== undefined) {
          if (this.#messages.length === 0) this.#release();
          yield message;
        } else if (this.#state === 'ended') {
          if (this.#error !== undefined) throw this.#error;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.finish();
      this.#messages.length = 0;
      this.#release();
    }
  }

  #sink(begun: () => void): ResultSink {
    return {
      copyResponse: (direction: CopyDirection) => {
        if (direction !== 'both') return undefined;
        this.#state = 'copying';
        begun();
        return 'handled';
      },
      copyData: (bytes, start, end) => {
        copyBodies(bytes, start, end, (from, at, to) => this.#messages.push(from.slice(at, to)));
        return this.#arrived();
      },
      // The server ended its side: ours must end, too.
      copyDone: () => this.finish(),
      errorResponse: (error: ServerError) => {
        this.#error ??= error;
      },
      rowDescription: () => undefined,
      dataRows: () => undefined,
      commandComplete: () => undefined,
      emptyQueryResponse: () => undefined,
    };
  }

  #arrived(): Promise<void> | undefined {
    this.#wake();
    if (this.#messages.length < HIGH_WATER_MESSAGES) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  #end(error: unknown, refuse: (error: unknown) => void): void {
    this.#error ??= error;
    if (this.#state === 'waiting')
      refuse(this.#error ?? new UsageError('the command began no copy in both directions'));
    this.#state = 'ended';
    this.#wake();
  }
}
