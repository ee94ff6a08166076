import type { Channel, Turn } from './channel.ts';
import type { Asker, Exchange, Outcome } from './machine/exchange.ts';
import type { Request } from './machine/requests.ts';
import type { ResultSink } from './result-sink.ts';

/** A turn that lasts over many requests: cursors and pipelines have the channel to themselves until they release it. */
export class Lease implements Turn {
  readonly #channel: Channel;
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
    return new Promise((resolve, reject) => this.send(request, sink, { ended: resolve, abandoned: reject }));
  }

  /** As {@link request}, for a caller who makes the promise itself; throws what cannot be sent. */
  send(request: Request, sink: ResultSink, asker: Required<Asker>): void {
    this.#channel.send(request, sink, asker);
  }

  /** Sends what has been written. */
  flush(): void {
    void this.#channel.flush();
  }

  begin(): void {
    this.#granted?.resolve();
    this.#granted = undefined;
  }

  lost(unanswered: readonly Exchange[]): void {
    const isSent = unanswered.length > 0;
    const error = this.#granted !== undefined || isSent ? this.#channel.lossError(!isSent) : undefined;
    this.#granted?.reject(error);
    for (const { asker } of unanswered) asker.abandoned?.(error);
  }
}
