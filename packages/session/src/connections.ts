import { DblinkError } from './errors.ts';
import type { Remote } from './remote.ts';
import { truncateIdentifier } from './truncate.ts';

/**
 * One dblink connection and what `dblink_open` and `dblink_close` count on it.
 *
 * The fields change in place as they do in C, so that all of its quirks follow: a failed open has counted, any close
 * counts down, and the unnamed slot keeps its fields when its connection is replaced.
 */
export interface Slot {
  remote: Remote | undefined;
  openCursorCount: number;
  /** The transaction on the remote server was begun by `dblink_open`. */
  autoXact: boolean;
  origin: Origin | undefined;
}

/** How a connection was made. The target may have a password in it: it is for connecting again, never for showing. */
export interface Origin {
  /** Name of a foreign server, or a connection string. */
  readonly target: string;
  /** Milliseconds since the epoch when it was made; undefined without a clock. */
  readonly sinceMs: number | undefined;
}

/** A slot that holds a connection. */
export interface OpenSlot extends Slot {
  remote: Remote;
}

/** A name that is taken while its connection is being made. */
export interface Reservation {
  fill(remote: Remote, origin: Origin): void;
  /** Frees the name when the connection could not be made. */
  release(): void;
}

/** Every connection of one session: the unnamed one and the named ones, by the first 63 bytes of their names. */
export class Connections {
  readonly #unnamed: Slot = { remote: undefined, openCursorCount: 0, autoXact: false, origin: undefined };
  readonly #named = new Map<string, Slot>();

  /** The open connection of that name; the unnamed one for undefined. */
  find(name: string | undefined): OpenSlot | undefined {
    const slot = name === undefined ? this.#unnamed : this.#named.get(truncateIdentifier(name));
    return slot?.remote === undefined ? undefined : (slot as OpenSlot);
  }

  /** @throws DblinkError 42710 when the name is in use. */
  reserve(name: string): Reservation {
    const key = truncateIdentifier(name);
    if (this.#named.has(key)) throw new DblinkError({ sqlState: '42710', message: 'duplicate connection name' });
    const slot: Slot = { remote: undefined, openCursorCount: 0, autoXact: false, origin: undefined };
    this.#named.set(key, slot);
    return {
      fill: (remote, origin) => {
        slot.remote = remote;
        slot.origin = origin;
      },
      release: () => {
        if (this.#named.get(key) === slot) this.#named.delete(key);
      },
    };
  }

  /** Puts the connection into the unnamed slot and closes the one that was there. */
  replaceUnnamed(remote: Remote, origin: Origin): void {
    this.#unnamed.remote?.close();
    this.#unnamed.remote = remote;
    this.#unnamed.origin = origin;
  }

  /** Puts another connection in the place of an open one, which is closed; what was counted on that one is forgotten. */
  replace(slot: OpenSlot, remote: Remote, origin: Origin): void {
    slot.remote.close();
    slot.remote = remote;
    slot.origin = origin;
    slot.openCursorCount = 0;
    slot.autoXact = false;
  }

  /** Takes the connection out; undefined when there is none. */
  remove(name: string | undefined): Remote | undefined {
    const slot = this.find(name);
    if (slot === undefined) return undefined;
    const { remote } = slot;
    if (name === undefined) {
      this.#unnamed.remote = undefined;
      this.#unnamed.origin = undefined;
    } else this.#named.delete(truncateIdentifier(name));
    return remote;
  }

  /** The open connections with their names, the unnamed one first, then the oldest. */
  all(): { readonly name: string | undefined; readonly slot: OpenSlot }[] {
    const slots: [string | undefined, Slot][] = [[undefined, this.#unnamed], ...this.#named];
    return slots.flatMap(([name, slot]) => (slot.remote === undefined ? [] : [{ name, slot: slot as OpenSlot }]));
  }

  /** Names of the open connections, oldest first. */
  names(): string[] {
    return [...this.#named].filter(([, slot]) => slot.remote !== undefined).map(([name]) => name);
  }

  closeAll(): void {
    this.remove(undefined)?.close();
    for (const name of this.names()) this.remove(name)?.close();
  }
}
