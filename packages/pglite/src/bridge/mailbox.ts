import { decodePayload, TO_BE_CONTINUED, type ToWorker } from './frames.ts';
import { joinParts } from './parts.ts';
import { RingReader } from './ring.ts';

/** The worker's end of the request ring. */
export class Mailbox {
  readonly #ring: RingReader;
  readonly #receive: (message: ToWorker) => void;
  readonly #parts: Uint8Array[] = [];

  constructor(memory: SharedArrayBuffer, receive: (message: ToWorker) => void) {
    // A writer that waits for room here blocks, and is woken by the ring itself.
    this.#ring = new RingReader(memory, () => undefined);
    this.#receive = receive;
  }

  /** Hands on every message that has come. */
  empty(): void {
    for (let frame = this.#ring.next(); frame !== undefined; frame = this.#ring.next()) {
      this.#parts.push(this.#ring.bytes.slice(frame.start, frame.end));
      if ((frame.kind & TO_BE_CONTINUED) !== 0) continue;
      this.#receive(decodePayload<ToWorker>(joinParts(this.#parts.splice(0))));
    }
  }
}
