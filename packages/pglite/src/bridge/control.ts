import type { RingReader } from './ring.ts';

/**
 * Shared words by which other threads reach an engine thread that waits inside a dblink function. Byte offsets: the
 * signal that the thread waits on, length and text of the self addresses, time of the last cancel request.
 */
const SIGNAL = 0;
const ADDRESSES_LENGTH = 1;
const CANCEL_AT = 1;
const ADDRESSES_AT = 16;
const CONTROL_BYTES = 16 * 1024;
/** How often who waits awake looks for what it waits for before it looks at the clock. */
const LOOKS = 32;

/** An address on which the embedded database itself listens. */
export type SelfAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * Memory by which another thread cancels what the engine thread waits for: pass it to {@link dblink} and to the thread.
 *
 * @example
 * ```ts
 * const control = createControl();
 * const pg = await PGlite.create({ extensions: { dblink: dblink({ control }) } });
 * ```
 */
export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(CONTROL_BYTES);
}

/**
 * Cancels the statement that waits in a dblink function: it fails with 57014 within 100 ms, and what runs remotely for
 * it is cancelled. A request made while no statement waits is forgotten when the next one starts.
 *
 * @example
 * ```ts
 * process.on('SIGINT', () => requestCancel(control));
 * ```
 */
export function requestCancel(control: SharedArrayBuffer): void {
  Atomics.store(new BigInt64Array(control, 0, 2), CANCEL_AT, BigInt(Date.now()));
  signal(new Int32Array(control, 0, 4));
}

/**
 * Says where the embedded database listens, so that a dblink connection to itself is refused instead of waiting for
 * itself for ever.
 *
 * @throws RangeError when the addresses take more than 16 kB
 *
 * @example
 * ```ts
 * setSelfAddresses(control, [{ kind: 'tcp', host: '127.0.0.1', port: 5432 }]);
 * ```
 */
export function setSelfAddresses(control: SharedArrayBuffer, addresses: readonly SelfAddress[]): void {
  const bytes = new TextEncoder().encode(JSON.stringify(addresses));
  if (bytes.length > CONTROL_BYTES - ADDRESSES_AT) throw new RangeError('too many addresses');
  const words = new Int32Array(control, 0, 4);
  // Readers that meet a zero read again: the text is whole once its length is there.
  Atomics.store(words, ADDRESSES_LENGTH, 0);
  new Uint8Array(control, ADDRESSES_AT).set(bytes);
  Atomics.store(words, ADDRESSES_LENGTH, bytes.length);
}

/** Where the embedded database listens, as far as its host has said. */
export function selfAddresses(control: SharedArrayBuffer): readonly SelfAddress[] {
  const length = Atomics.load(new Int32Array(control, 0, 4), ADDRESSES_LENGTH);
  if (length === 0) return [];
  const text = new TextDecoder().decode(new Uint8Array(control, ADDRESSES_AT, length).slice());
  return JSON.parse(text) as readonly SelfAddress[];
}

/** Ends the current wait of the engine thread, so that it looks around. */
export function signal(words: Int32Array<SharedArrayBuffer>): void {
  Atomics.add(words, SIGNAL, 1);
  Atomics.notify(words, SIGNAL);
}

/** The engine thread's view of the control words. */
export class ControlWords {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #times: BigInt64Array<SharedArrayBuffer>;

  constructor(control: SharedArrayBuffer) {
    this.#words = new Int32Array(control, 0, 4);
    this.#times = new BigInt64Array(control, 0, 2);
  }

  /** Number of signals so far: what {@link wait} compares with. */
  get signals(): number {
    return Atomics.load(this.#words, SIGNAL);
  }

  /** The same without sleeping, until a moment of `performance.now()`; also ended by a frame in the ring. */
  waitAwake(seen: number, ring: RingReader, untilMs: number): void {
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (ring.hasNext || Atomics.load(this.#words, SIGNAL) !== seen) return;
      }
    } while (performance.now() < untilMs);
  }

  /** Blocks until a signal comes after `seen`, at most so many milliseconds. */
  wait(seen: number, ms: number): 'signalled' | 'timed out' {
    return Atomics.wait(this.#words, SIGNAL, seen, ms) === 'timed-out' ? 'timed out' : 'signalled';
  }

  /** Takes a cancel request; one made before the statement began is dropped. */
  takeCancel(statementStartMs: () => number): boolean {
    if (Atomics.load(this.#times, CANCEL_AT) === 0n) return false;
    return Number(Atomics.exchange(this.#times, CANCEL_AT, 0n)) >= statementStartMs();
  }
}
