import { FRAME, type Payload, TO_BE_CONTINUED } from './frames.ts';
import { PayloadEncoder } from './payloads.ts';
import { MAX_PAYLOAD, type RingWriter } from './ring.ts';

interface Waiting {
  readonly kind: number;
  readonly payload: Uint8Array;
}

/** Bytes that may lie in the ring before the engine's thread is woken for them: it costs more than they are worth. */
const WORTH_A_WAKE = 128 * 1024;

/** How an outbox reaches the engine's thread. */
export interface OutboxHost {
  /** Tells it that there is something to read. */
  signal(): void;
  /** Runs the callback in a moment, in which more rows may come. */
  later(callback: () => void): void;
}

/** The frames of one call on their way into its ring, in order; what does not fit waits here. */
export class Outbox {
  readonly #ring: RingWriter;
  readonly #call: number;
  readonly #host: OutboxHost;
  readonly #payloads: PayloadEncoder;
  readonly #waiting: Waiting[] = [];
  #state: 'open' | 'abandoned' = 'open';
  #flushing: Promise<void> | undefined;
  /** Where the rows sent so far end in the ring; undefined before there are any. */
  #rowsEnd: number | undefined;

  /** Bytes in the ring of which the engine's thread has not been told. */
  #untold = 0;

  /** @param payloads - the one of the calls before, which may have sent the same */
  constructor(ring: RingWriter, call: number, host: OutboxHost, payloads: PayloadEncoder = new PayloadEncoder()) {
    this.#ring = ring;
    this.#call = call;
    this.#host = host;
    this.#payloads = payloads;
  }

  /** Sends a frame; it is never lost, at worst it waits for room. */
  send(kind: number, value: Payload): void {
    const payload = this.#payloads.encode(kind, value);
    for (let at = 0; at < payload.length || at === 0; at += MAX_PAYLOAD) {
      const end = Math.min(at + MAX_PAYLOAD, payload.length);
      const isLast = end === payload.length;
      this.#post(isLast ? kind : kind | TO_BE_CONTINUED, payload, at, end);
      if (isLast) break;
    }
  }

  /** Sends row bytes; a promise asks the sender to hold back until there is room again. */
  sendRows(bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    for (let at = start; at < end; at += MAX_PAYLOAD) {
      this.#post(FRAME.rows, bytes, at, Math.min(at + MAX_PAYLOAD, end));
    }
    this.#rowsEnd = this.#ring.position;
    if (this.#flushing !== undefined) return this.#flushing;
    if (this.#ring.hasRoom || this.#state === 'abandoned') return;
    this.#tell();
    return this.#ring.room();
  }

  /** Whether the engine's thread has used every row sent, or wants no more of them. */
  get rowsAreTaken(): boolean {
    if (this.#state === 'abandoned' || this.#rowsEnd === undefined) return true;
    return this.#flushing === undefined && this.#ring.isReadUpTo(this.#rowsEnd);
  }

  /** Resolves when everything is in the ring; undefined when it is. */
  flushed(): Promise<void> | undefined {
    return this.#flushing;
  }

  /** Nobody reads this call's frames any more. */
  abandon(): void {
    this.#state = 'abandoned';
    this.#waiting.length = 0;
    this.#ring.wake();
  }

  #post(kind: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#state === 'abandoned') return;
    if (this.#waiting.length === 0 && this.#flushing === undefined) {
      if (this.#ring.tryWrite(kind, this.#call, bytes, start, end)) {
        this.#announce(kind, end - start);
        return;
      }
    }
    this.#waiting.push({ kind, payload: bytes.slice(start, end) });
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
  }

  async #flush(): Promise<void> {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#ring.tryWrite(next.kind, this.#call, next.payload, 0, next.payload.length)) {
        this.#waiting.shift();
        if (next.kind === FRAME.rows) this.#rowsEnd = this.#ring.position;
        this.#announce(next.kind, next.payload.length);
      } else {
        this.#tell();
        await this.#ring.room();
      }
    }
  }

  /** Rows and what describes them are announced together with what follows them in a moment; the rest cannot wait. */
  #announce(kind: number, byteLength: number): void {
    const isData = kind === FRAME.rows || kind === FRAME.rowSet;
    const isFirst = this.#untold === 0;
    this.#untold += byteLength + 1;
    if (!isData || this.#untold >= WORTH_A_WAKE) this.#tell();
    else if (isFirst) this.#host.later(() => this.#tell());
  }

  #tell(): void {
    if (this.#untold === 0) return;
    this.#untold = 0;
    this.#host.signal();
  }
}
