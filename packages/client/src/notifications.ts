import type { ServerNotification } from './server-error.ts';

/** Notifications that nobody takes are kept up to this many. */
const MAX_KEPT = 100_000;

/** One `for await` over notifications. */
interface Listener {
  readonly kept: ServerNotification[];
  wake: () => void;
}

/** Hands notifications to those who listen, and keeps them while nobody does. */
export class NotificationQueue {
  readonly #listeners = new Set<Listener>();
  readonly #overflow: (text: string) => void;
  #kept: ServerNotification[] = [];
  #end: { readonly error: unknown } | undefined;

  /** @param overflow - called when more wait than may be kept */
  constructor(overflow: (text: string) => void) {
    this.#overflow = overflow;
  }

  push(notification: ServerNotification): void {
    if (this.#listeners.size === 0) this.#keep(this.#kept, notification);
    for (const listener of this.#listeners) {
      this.#keep(listener.kept, notification);
      listener.wake();
    }
  }

  /** Everything that has been kept, in order. */
  take(): ServerNotification[] {
    const kept = this.#kept;
    this.#kept = [];
    return kept;
  }

  /** No more will come. Whoever listens is told why; undefined when the connection was closed on purpose. */
  end(error: unknown): void {
    this.#end ??= { error };
    for (const listener of this.#listeners) listener.wake();
  }

  /** Yields what was kept, and then what comes, until the signal or the end of the connection. */
  async *listen(signal: AbortSignal | undefined): AsyncGenerator<ServerNotification, void, undefined> {
    const listener: Listener = { kept: this.take(), wake: () => undefined };
    const onAbort = (): void => listener.wake();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#listeners.add(listener);
    try {
      for (;;) {
        const next = listener.kept.shift();
        if (next !== undefined) {
          yield next;
          continue;
        }
        if (signal?.aborted) return;
        if (this.#end !== undefined) {
          if (this.#end.error !== undefined) throw this.#end.error;
          return;
        }
        await new Promise<void>((resolve) => {
          listener.wake = resolve;
        });
      }
    } finally {
      this.#listeners.delete(listener);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #keep(kept: ServerNotification[], notification: ServerNotification): void {
    if (kept.length < MAX_KEPT) kept.push(notification);
    else this.#overflow(`more than ${MAX_KEPT} notifications were not taken`);
  }
}
