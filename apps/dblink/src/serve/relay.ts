import { encodeCopyFail, encodeSync, type FrameReader, isRemoteProtocolError, Writer } from '@pg-dblink/protocol';
import type { Engine, EngineError, TransactionStatus } from '../engine/engine.ts';
import type { ClientSocket } from './client-socket.ts';
import { Refusal } from './messages.ts';

/*
 * A session, message by message.
 *
 * What the client sends goes to the engine in batches, each up to the Query, FunctionCall or Sync that will be answered
 * by ReadyForQuery, or to a Flush; what follows waits for that answer, so that a cancel request can only hit the
 * statement it was meant for. Within COPY FROM STDIN the data goes through as it comes.
 */

const tagOf = (character: string): number => character.charCodeAt(0);
const query = tagOf('Q');
const terminate = tagOf('X');
const copyData = tagOf('d');
const flush = tagOf('H');
const authentication = tagOf('p');
const answeredTags = new Set(['Q', 'F', 'S'].map(tagOf));
const copyTags = new Set(['d', 'c', 'f', 'H', 'S'].map(tagOf));
const copyEnds = new Set(['c', 'f', 'S'].map(tagOf));
/** A batch that grows past this goes out in parts; the engine works on them as they come. */
const batchByteLength = 262_144;

/** Whether the client's messages go on to the engine. */
type Gate =
  | 'open'
  /** An answer is awaited; what the client sends stays with us. */
  | 'waiting'
  /** An answer is awaited, and for it the data of a copy. */
  | 'copying';

/** How a session ended. */
export type RelayEnd = 'terminated' | 'gone';

interface Message {
  readonly tag: number;
  /** With its header. */
  readonly bytes: Uint8Array;
}

/** What happens beside the messages. */
export interface RelayEvents {
  /** The engine is ready for a query, or works on one. */
  status(status: TransactionStatus | 'busy'): void;
}

/** Carries messages between a client and the engine until one of them ends. */
export class Relay {
  readonly #engine: Engine;
  readonly #socket: ClientSocket;
  readonly #reader: FrameReader;
  readonly #events: RelayEvents;
  readonly #batch: Writer = new Writer();
  #gate: Gate = 'open';
  /** How the statement that runs was sent. */
  #protocol: 'simple' | 'extended' = 'simple';
  #changed: () => void = () => undefined;
  #lost: EngineError | undefined;

  constructor(engine: Engine, socket: ClientSocket, reader: FrameReader, events: RelayEvents) {
    this.#engine = engine;
    this.#socket = socket;
    this.#reader = reader;
    this.#events = events;
    engine.listen({
      bytes: (chunk) => socket.write(chunk),
      ready: (status) => {
        events.status(status);
        this.#setGate('open');
      },
      copyIn: () => this.#setGate('copying'),
      lost: (error) => {
        this.#lost = error;
        this.#changed();
      },
    });
  }

  /**
   * Relays until the client goes.
   *
   * @throws Refusal when the client breaks the protocol.
   * @throws EngineError when the engine is lost.
   */
  async run(): Promise<RelayEnd> {
    for (;;) {
      const message = await this.#nextMessage();
      if (message === undefined) return 'gone';
      if (this.#gate === 'waiting') await this.#whileWaiting();
      if (this.#gate === 'waiting') return 'gone';
      if (message.tag === terminate) return 'terminated';
      await this.#pass(message);
    }
  }

  /** The client's next message; undefined when the client has ended. */
  async #nextMessage(): Promise<Message | undefined> {
    for (;;) {
      if (this.#lost !== undefined) throw this.#lost;
      const frame = this.#next();
      if (frame !== undefined) {
        const { tag } = frame;
        if (tag === authentication) throw new Refusal('08P01', `invalid frontend message type ${tag}`);
        // The data of a copy comes in many messages: those that are there go on as one piece.
        if (tag === copyData) {
          const run = this.#reader.takeRun();
          return { tag, bytes: run.bytes.subarray(run.start, run.end) };
        }
        return { tag, bytes: frame.bytes.subarray(frame.start - 5, frame.end) };
      }
      // Before the client is waited for, the engine gets what there is of a batch.
      await this.#send();
      const chunk = await this.#read();
      if (chunk === undefined) return undefined;
      this.#reader.push(chunk);
    }
  }

  #next(): ReturnType<FrameReader['next']> {
    try {
      return this.#reader.next();
    } catch (error) {
      if (isRemoteProtocolError(error)) throw new Refusal('08P01', error.message);
      throw error;
    }
  }

  /** The client's next chunk; the loss of the engine ends the wait. */
  async #read(): Promise<Uint8Array | undefined> {
    const lost = new Promise<never>((_resolve, reject) => {
      this.#changed = () => {
        if (this.#lost !== undefined) reject(this.#lost);
      };
    });
    return await Promise.race([this.#socket.read(), lost]);
  }

  async #pass({ tag, bytes }: Message): Promise<void> {
    if (this.#gate === 'copying' && !copyTags.has(tag)) {
      throw new Refusal('08P01', `unexpected message type 0x${tag.toString(16).toUpperCase()} during COPY from stdin`);
    }
    this.#batch.append(bytes);
    if (this.#gate === 'copying') {
      if (copyEnds.has(tag) || this.#batch.byteLength >= batchByteLength) await this.#send();
      return;
    }
    this.#protocol = tag === query ? 'simple' : 'extended';
    if (answeredTags.has(tag)) {
      this.#gate = 'waiting';
      this.#events.status('busy');
      await this.#send();
    } else if (tag === flush || this.#batch.byteLength >= batchByteLength) {
      await this.#send();
    }
  }

  async #send(): Promise<void> {
    if (this.#batch.byteLength === 0) return;
    this.#engine.send(this.#batch.take().slice());
    await this.#engine.drained();
  }

  /** Waits for the engine's answer; a client that goes in the meantime has its statement cancelled. */
  async #whileWaiting(): Promise<void> {
    while (this.#gate === 'waiting' && this.#socket.isOpen) {
      if (this.#lost !== undefined) throw this.#lost;
      const changed = new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
      await Promise.race([changed, this.#socket.gone]);
    }
  }

  /** The gate as it is by now: the engine moves it. */
  #currentGate(): Gate {
    return this.#gate;
  }

  #setGate(gate: Gate): void {
    this.#gate = gate;
    this.#changed();
  }

  /** Brings the engine back to ReadyForQuery after the client has gone, whatever it left behind. */
  async settle(): Promise<void> {
    this.#batch.take();
    if (this.#gate === 'open') {
      // Part of an extended query may stand there without its Sync.
      this.#gate = 'waiting';
      encodeSync(this.#batch);
      await this.#send();
    } else {
      this.#engine.cancel();
    }
    for (let gate = this.#currentGate(); gate !== 'open'; gate = this.#currentGate()) {
      if (this.#lost !== undefined) throw this.#lost;
      if (gate === 'copying') {
        this.#gate = 'waiting';
        encodeCopyFail(this.#batch, { reason: 'the client has gone' });
        // Within COPY the engine passes over Sync: an extended query needs another one.
        if (this.#protocol === 'extended') encodeSync(this.#batch);
        await this.#send();
      } else {
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
        });
      }
    }
  }
}
