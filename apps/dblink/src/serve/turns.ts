import { Refusal } from './messages.ts';

/** Who has the engine's one session, for those who wait. */
export interface Holder {
  readonly label: string;
  /** Called when others begin to wait, and when nobody waits any more. */
  awaited(waiting: boolean): void;
}

interface Waiter {
  readonly holder: Holder;
  grant(): void;
}

/** Lets one client at a time at the engine, in order of arrival. */
export class Turns {
  readonly #waiters: Waiter[] = [];
  #holder: Holder | undefined;

  /** Who has the turn now. */
  get holder(): Holder | undefined {
    return this.#holder;
  }

  get isAwaited(): boolean {
    return this.#waiters.length > 0;
  }

  /**
   * Waits for the turn.
   *
   * @param told - called when there is a wait, with the holder's label.
   * @returns what gives the turn back.
   * @throws Refusal 53300 after `timeoutMs`; nothing when `signal` is aborted: then the client is gone.
   */
  async take(
    holder: Holder,
    timeoutMs: number,
    told: (label: string) => void,
    signal: AbortSignal,
  ): Promise<() => void> {
    if (this.#holder !== undefined) await this.#wait(holder, timeoutMs, told, signal, this.#holder);
    this.#holder = holder;
    if (this.isAwaited) holder.awaited(true);
    let released = (): void => {
      released = () => undefined;
      this.#release();
    };
    return () => released();
  }

  async #wait(
    holder: Holder,
    timeoutMs: number,
    told: (label: string) => void,
    signal: AbortSignal,
    current: Holder,
  ): Promise<void> {
    told(current.label);
    const start = Date.now();
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abandon);
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
        if (!this.isAwaited) this.#holder?.awaited(false);
      };
      const abandon = (): void => {
        leave();
        reject(new Refusal('57014', 'canceling connection attempt due to user request'));
      };
      const timer = setTimeout(() => {
        leave();
        reject(tooMany(this.#holder?.label ?? current.label, Date.now() - start));
      }, timeoutMs);
      const waiter: Waiter = {
        holder,
        grant: () => {
          leave();
          resolve();
        },
      };
      signal.addEventListener('abort', abandon);
      this.#waiters.push(waiter);
      current.awaited(true);
    });
  }

  #release(): void {
    this.#holder = undefined;
    const next = this.#waiters[0];
    if (next === undefined) return;
    // Taken before anybody who arrives in the meantime.
    this.#holder = next.holder;
    next.grant();
  }
}

function tooMany(label: string, waitedMs: number): Refusal {
  return new Refusal('53300', 'sorry, too many clients already', {
    detail: `The embedded database has one session; ${label} has had it for longer than the ${Math.round(waitedMs / 100) / 10} s that this client waited.`,
    hint: 'Close that connection, or raise --wait-timeout.',
  });
}
