import type { Channel, Turn } from './channel.ts';
import type { Outcome } from './machine/exchange.ts';
import { Fifo } from './machine/fifo.ts';
import type { Request } from './machine/requests.ts';
import type { ResultSink } from './result-sink.ts';

/** Who waits for the answer to a request of a lease. */
export interface Pending {
  resolve(outcome: Outcome): void;
  /** The connection is lost: there will be no answer. */
  reject(error: unknown): void;
}

/** A turn that lasts over many requests: cursors and pipelines have the channel to themselves until they release it. */
export class Lease implements Turn {
  readonly #channel: Channel;
  /** In the order of their requests, which is that of the answers. */
  readonly #pending = new Fifo<Pending>();
  #granted: { readonly resolve: () => void; readonly reject: (error: unknown) => void } | undefined;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  /** Resolves when the channel is ours. */
  acquire(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#granted = { resolve, reject };
      this.#channel.enter(this);
    });
  }

  /** Gives the channel to the next one; every request must have been answered up to a Sync. */
  release(): void {
    this.#channel.leave(this);
  }

  /**
   * Writes a request; resolves when its last step has been answered or skipped. Nothing is sent before the channel is
   * flushed.
   */
  request(request: Request, sink: ResultSink): Promise<Outcome> {
    return new Promise((resolve, reject) => this.send(request, sink, { resolve, reject }));
  }

  /** As {@link request}, for a caller who makes the promise itself; throws what cannot be sent. */
  send(request: Request, sink: ResultSink, pending: Pending): void {
    this.#pending.push(pending);
    try {
      this.#channel.send(request, sink, this.#ended);
    } catch (error) {
      this.#pending.remove(pending);
      throw error;
    }
  }

  readonly #ended = (outcome: Outcome): void => this.#pending.shift()?.resolve(outcome);

  /** Sends what has been written. */
  flush(): void {
    void this.#channel.flush();
  }

  begin(): void {
    this.#granted?.resolve();
    this.#granted = undefined;
  }

  lost(): void {
    const isSent = this.#pending.length > 0;
    const error = this.#granted !== undefined || isSent ? this.#channel.lossError(!isSent) : undefined;
    this.#granted?.reject(error);
    for (const pending of this.#pending.clear()) pending.reject(error);
  }
}
