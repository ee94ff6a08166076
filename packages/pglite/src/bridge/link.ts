import { FRAME, TO_BE_CONTINUED, type ToWorker } from './frames.ts';
import { PayloadEncoder } from './payloads.ts';
import { LIFE, Pulse } from './pulse.ts';
import { createRing, MAX_PAYLOAD, RingReader, RingWriter } from './ring.ts';
import type { NetworkThread, SpawnNetworkThread } from './thread.ts';

/** How deep calls may nest: a conversion that calls dblink, whose conversion calls dblink … */
const DEPTH = 8;
const ROOM_SLICE_MS = 50;

/** A running worker as the engine's thread sees it: its pulse, and the rings to it and back. */
export class Link {
  readonly pulse: Pulse = new Pulse();
  readonly #thread: NetworkThread;
  readonly #payloads = new PayloadEncoder();
  readonly #requests: RingWriter;
  readonly #answers: readonly RingReader[];

  constructor(spawn: SpawnNetworkThread, control: SharedArrayBuffer) {
    const requests = createRing();
    const answers = Array.from({ length: DEPTH }, createRing);
    this.#requests = new RingWriter(requests);
    this.#answers = answers.map((ring, channel) => new RingReader(ring, () => this.post(0, { kind: 'room', channel })));
    this.#thread = spawn({ control, pulse: this.pulse.memory, requests, answers });
  }

  /** The ring in which calls of that depth are answered; undefined when it is too deep. */
  answers(depth: number): RingReader | undefined {
    return this.#answers[depth];
  }

  /** Sends a message about a call, waiting for room if it must; a worker that is gone gets none. */
  post(call: number, message: ToWorker): void {
    const payload = this.#payloads.encode(FRAME.toWorker, message);
    for (let at = 0; at < payload.length; at += MAX_PAYLOAD) {
      const end = Math.min(at + MAX_PAYLOAD, payload.length);
      const kind = end === payload.length ? FRAME.toWorker : FRAME.toWorker | TO_BE_CONTINUED;
      while (!this.#requests.tryWrite(kind, call, payload, at, end)) {
        if (this.pulse.life === LIFE.ended) return;
        if (this.#requests.takeReaderWaits()) this.#thread.wake();
        this.#requests.waitForRoom(ROOM_SLICE_MS);
      }
    }
    if (this.#requests.takeReaderWaits()) this.#thread.wake();
  }

  end(): void {
    this.#thread.end();
  }

  finish(): Promise<void> {
    return this.#thread.finish();
  }
}
