import { encodeCopyDataHeader } from '@pg-dblink/protocol';
import type { Channel } from './channel.ts';

/** What small pieces are gathered in; it grows fourfold while a piece more has no room. */
const FIRST_BYTES = 16 * 1024;
const MAX_BYTES = 256 * 1024;
/** A piece that may change soon takes a write of its own, unless it is gathered: up to here that is cheaper. */
const PASSING_LENT_BYTES = 128 * 1024;
/** Pieces that stay as they are share a write. */
const LASTING_LENT_BYTES = 8 * 1024;
/** So much goes out as one CopyData, or one larger piece: the kernel takes it from where it lies. */
const BATCH_BYTES = 4 * 1024 * 1024;
/** And so much where all that goes out at a time is copied first: by TLS, or for a transport that cannot lend. */
const COPIED_BATCH_BYTES = 1024 * 1024;
/** Less than this is copied into what goes out anyway. */
const COPIED_BYTES = 8 * 1024;
const UTF8_BYTES_PER_UNIT = 3;

const NO_MEMORY = new Uint8Array(0);
const encoder = new TextEncoder();

/** Whether pieces stay as they are until the copy has ended (`lasting`), or until the next one is asked for. */
export type PieceLife = 'lasting' | 'passing';

/**
 * Makes CopyData of pieces and sends it, many of them in one message. Small pieces are gathered in a memory that is
 * written again once the socket has taken it; large ones are lent to the socket where they lie.
 */
export class CopyFeed {
  readonly #channel: Channel;
  readonly #lentBytes: number;
  /** No batch is larger, and from {@link #batchBytes} on none waits for more. */
  readonly #fullBytes: number;
  readonly #batchBytes: number;
  #memory = NO_MEMORY;
  /** How much of the memory is used, and how much of that belongs to {@link #parts} already. */
  #used = 0;
  #parted = 0;
  /** The next CopyData, up to what has been gathered since. */
  #parts: Uint8Array[] = [];
  #byteLength = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;
  /** Settled when the socket has taken what a pause of the source sent. */
  #sent: Promise<void> | undefined;

  constructor(channel: Channel, life: PieceLife) {
    this.#channel = channel;
    this.#lentBytes = life === 'lasting' ? LASTING_LENT_BYTES : PASSING_LENT_BYTES;
    this.#fullBytes = channel.lendsInPlace ? BATCH_BYTES : COPIED_BATCH_BYTES;
    this.#batchBytes = life === 'lasting' ? this.#fullBytes : 0;
  }

  /** Takes a piece. Whoever gets a promise waits for it before a piece changes and before the next one comes. */
  put(piece: string | Uint8Array): Promise<void> | undefined {
    const sent = this.#sent;
    this.#sent = undefined;
    if (sent !== undefined) return sent.then(() => this.put(piece));
    if (typeof piece === 'string') {
      if (!this.#makeRoom(piece.length * UTF8_BYTES_PER_UNIT)) return this.put(encoder.encode(piece));
      this.#gathered(encoder.encodeInto(piece, this.#memory.subarray(this.#used)).written);
      return undefined;
    }
    const { byteLength } = piece;
    if (byteLength >= this.#lentBytes) return this.#lend(piece);
    if (!this.#makeRoom(byteLength)) return this.#sendBefore(piece);
    this.#memory.set(piece, this.#used);
    this.#gathered(byteLength);
    return undefined;
  }

  /** Sends what is left, and CopyDone. */
  end(): void {
    this.#encode();
    this.#channel.machine.copyDone();
    void this.#send();
  }

  /** Forgets what has not been sent. */
  drop(): void {
    clearTimeout(this.#pause);
    this.#startAnew();
  }

  #gathered(byteLength: number): void {
    this.#used += byteLength;
    this.#byteLength += byteLength;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      if (this.#channel.machine.phase === 'simple-copy-in') this.#sent = this.#send();
    }, 0);
  }

  #makeRoom(byteLength: number): boolean {
    const needed = this.#used + byteLength;
    if (needed <= this.#memory.byteLength) return true;
    if (needed > MAX_BYTES) return false;
    // Parts of the former memory stay where they are.
    const grown = new Uint8Array(Math.min(Math.max(FIRST_BYTES, this.#memory.byteLength * 4, needed), MAX_BYTES));
    grown.set(this.#memory.subarray(this.#parted, this.#used), this.#parted);
    this.#memory = grown;
    return true;
  }

  #lend(piece: Uint8Array): Promise<void> | undefined {
    const { byteLength } = piece;
    if (this.#byteLength > 0 && this.#byteLength + byteLength > this.#fullBytes) return this.#sendBefore(piece);
    this.#part();
    this.#parts.push(piece);
    this.#byteLength += byteLength;
    return this.#byteLength < this.#batchBytes ? undefined : this.#send();
  }

  #sendBefore(piece: Uint8Array): Promise<void> | undefined {
    const sent = this.#send();
    return sent === undefined ? this.put(piece) : sent.then(() => this.put(piece));
  }

  #part(): void {
    if (this.#used > this.#parted) this.#parts.push(this.#memory.subarray(this.#parted, this.#used));
    this.#parted = this.#used;
  }

  #send(): Promise<void> | undefined {
    this.#encode();
    clearTimeout(this.#pause);
    this.#pause = undefined;
    return this.#channel.flush();
  }

  /** Makes one CopyData of everything. */
  #encode(): void {
    const byteLength = this.#byteLength;
    if (byteLength === 0) return;
    this.#part();
    const parts = this.#parts;
    this.#startAnew();
    const { machine } = this.#channel;
    const [part] = parts;
    if (part !== undefined && part.byteLength === byteLength && byteLength < COPIED_BYTES) machine.copyData(part);
    else {
      machine.output.append((writer) => encodeCopyDataHeader(writer, byteLength));
      machine.output.lend(parts);
    }
  }

  #startAnew(): void {
    this.#used = 0;
    this.#parted = 0;
    this.#parts = [];
    this.#byteLength = 0;
  }
}
