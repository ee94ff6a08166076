import { FRAME, TO_BE_CONTINUED, type ToWorker } from './frames.ts';
import { joinParts } from './parts.ts';
import type { WayToWait } from './patience.ts';
import { PayloadDecoder } from './payloads.ts';
import { type Frame, RingReader } from './ring.ts';

/** How long the worker looks for the next call by itself before it waits to be told. */
const LOOKOUT_MS = 0.15;

/** What a mailbox needs of the thread that it runs in. */
export interface MailboxHost {
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Runs the callback once the events at hand have been dealt with. */
  soon(callback: () => void): void;
}

/**
 * The worker's end of the request ring.
 *
 * It waits to be told of messages. After a call, if calls come one soon after the other and a core is free for it, it
 * looks for the next one by itself for a moment, between the events of its sockets: telling it costs either side more
 * than the call's own work.
 */
export class Mailbox {
  readonly #ring: RingReader;
  readonly #receive: (message: ToWorker) => void;
  readonly #host: MailboxHost;
  readonly #parts: Uint8Array[] = [];
  readonly #payloads = new PayloadDecoder();
  #endedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = Number.POSITIVE_INFINITY;
  #caller: WayToWait = 'asleep';

  constructor(memory: SharedArrayBuffer, receive: (message: ToWorker) => void, host: MailboxHost) {
    // A writer that waits for room here blocks, and is woken by the ring itself.
    this.#ring = new RingReader(memory, () => undefined);
    this.#receive = receive;
    this.#host = host;
  }

  /** Hands on every message that has come, and has itself told of the next one. */
  empty(): void {
    this.#ring.waits = true;
    if (this.#ring.hasNext) this.#pauseMs = this.#host.now() - this.#endedMs;
    for (let frame = this.#ring.next(); frame !== undefined; frame = this.#ring.next()) {
      const message = this.#message(frame);
      if (message?.kind === 'call') this.#caller = message.waits;
      if (message !== undefined) this.#receive('call' in message ? { ...message, call: frame.call } : message);
    }
  }

  /** The message that the frame ends. */
  #message({ kind, start, end }: Frame): ToWorker | undefined {
    const { bytes } = this.#ring;
    const isWhole = kind === FRAME.toWorker && this.#parts.length === 0;
    if (isWhole) return this.#payloads.decode(FRAME.toWorker, bytes, start, end);
    this.#parts.push(bytes.slice(start, end));
    if ((kind & TO_BE_CONTINUED) !== 0) return undefined;
    const whole = joinParts(this.#parts.splice(0));
    return this.#payloads.decode(FRAME.toWorker, whole, 0, whole.length);
  }

  /** No call is under way any more: looks out for the next one where that pays. */
  lookOut(): void {
    this.#endedMs = this.#host.now();
    if (this.#caller === 'asleep' || this.#pauseMs > LOOKOUT_MS) return;
    this.#ring.waits = false;
    const until = this.#endedMs + LOOKOUT_MS;
    const look = (): void => {
      if (this.#ring.hasNext || this.#host.now() >= until) this.empty();
      else this.#host.soon(look);
    };
    this.#host.soon(look);
  }
}
