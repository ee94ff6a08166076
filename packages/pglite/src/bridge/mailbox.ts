import { FRAME, TO_BE_CONTINUED, type ToWorker } from './frames.ts';
import { joinParts } from './parts.ts';
import type { WayToWait } from './patience.ts';
import { PayloadDecoder } from './payloads.ts';
import { type Frame, RingReader } from './ring.ts';

/** How long the worker looks out for the next call, and does nothing else, before it waits to be told. */
const LOOKOUT_MS = 1;
/** How much of that it stays awake where a core is free for it. */
const AWAKE_MS = 0.15;
/** How often it looks before it looks at the clock. */
const LOOKS = 32;

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
 * It waits to be told of messages. After a call, if calls come one soon after the other, it looks out for the next one
 * instead, first awake if a core is free for it, then asleep on the ring: telling it by a message costs either side more
 * than the call's own work. Its sockets wait for that moment, and have had their turn before.
 */
export class Mailbox {
  readonly #ring: RingReader;
  readonly #receive: (call: number, message: ToWorker) => void;
  readonly #host: MailboxHost;
  readonly #parts: Uint8Array[] = [];
  readonly #payloads = new PayloadDecoder();
  #endedMs = Number.NEGATIVE_INFINITY;
  #pauseMs = Number.POSITIVE_INFINITY;
  #caller: WayToWait = 'asleep';

  constructor(memory: SharedArrayBuffer, receive: (call: number, message: ToWorker) => void, host: MailboxHost) {
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
      if (message !== undefined) this.#receive(frame.call, message);
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
    if (this.#pauseMs > LOOKOUT_MS) return;
    this.#ring.waits = false;
    this.#host.soon(this.#look);
  }

  readonly #look = (): void => {
    if (this.#caller === 'awake') this.#lookAwake(this.#endedMs + AWAKE_MS);
    const leftMs = this.#endedMs + LOOKOUT_MS - this.#host.now();
    if (leftMs > 0 && !this.#ring.hasNext) this.#ring.sleep(leftMs);
    this.empty();
  };

  #lookAwake(untilMs: number): void {
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        if (this.#ring.hasNext) return;
      }
    } while (this.#host.now() < untilMs);
  }
}
