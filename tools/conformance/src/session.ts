import {
  backendLimits,
  backendStartupLimits,
  decodeBackend,
  encodeGSSENCRequest,
  encodeSSLRequest,
  FrameReader,
  Writer,
} from '@pg-dblink/protocol';
import { backendJson, type MessageJson } from './backend-json.ts';
import { isTyped, readSentLine, writeCancel, writeSent, writeStartup } from './frontend-json.ts';
import { kindOf, type ServerKind } from './server-kind.ts';
import { type Target, Wire, WireError } from './wire.ts';

/** The server said something that the block was not waiting for. */
export class DialogueError extends Error {
  override readonly name = 'DialogueError';
  /** What had been received by then. */
  readonly received: readonly MessageJson[];
  constructor(message: string, received: readonly MessageJson[]) {
    super(message);
    this.received = received;
  }
}

/** Lets a caller see, and change, each received message's bytes before they are read: for mutation runs. */
export type Tap = (message: Uint8Array) => Uint8Array;

/** One connection that a dialogue speaks over. */
export class Session {
  readonly #target: Target;
  readonly #timeoutMs: number;
  readonly #wire: Wire;
  readonly #reader = new FrameReader(backendStartupLimits());
  readonly #tap: Tap | undefined;
  readonly #parameters = new Map<string, string>();
  #processId = 0;
  #secretKey: Uint8Array = new Uint8Array(0);

  private constructor(target: Target, timeoutMs: number, wire: Wire, tap: Tap | undefined) {
    this.#target = target;
    this.#timeoutMs = timeoutMs;
    this.#wire = wire;
    this.#tap = tap;
  }

  /** Opens a connection and sends nothing yet. Throws WireError. */
  static async open(target: Target, timeoutMs: number, tap?: Tap): Promise<Session> {
    return new Session(target, timeoutMs, await Wire.open(target, timeoutMs), tap);
  }

  /** What answers, as far as it has said so. */
  get kind(): ServerKind {
    return kindOf(this.#parameters);
  }

  /** Sends a StartupMessage of 3.0 and reads to the first ReadyForQuery. */
  async start(): Promise<void> {
    await this.send('StartupMessage');
    await this.until(['ReadyForQuery']);
  }

  /** Sends one line of a `send` or `startup` block. */
  async send(line: string): Promise<void> {
    const { type, json } = readSentLine(line);
    const writer = new Writer();
    if (isTyped(type)) {
      writeSent(writer, type, json);
      this.#wire.send(writer.take());
      return;
    }
    if (type === 'CancelRequest') {
      writeCancel(writer, json, this.#processId, this.#secretKey);
      const wire = await Wire.open(this.#target, this.#timeoutMs);
      wire.send(writer.take());
      await wire.drained();
      wire.close();
      return;
    }
    if (type === 'SSLRequest') encodeSSLRequest(writer);
    else if (type === 'GSSEncRequest') encodeGSSENCRequest(writer);
    else {
      const { user, database } = this.#target;
      writeStartup(writer, json, { user, ...(database === undefined ? {} : { database }) });
    }
    this.#wire.send(writer.take());
  }

  /**
   * Receives until a message of each type has come, in this order, and returns everything received. An error that is
   * not waited for, or a ReadyForQuery before its time, ends the wait: the rest would never come. Throws DialogueError.
   */
  async until(types: readonly string[]): Promise<readonly MessageJson[]> {
    const received: MessageJson[] = [];
    for (const type of types) {
      for (;;) {
        const message = await this.#next(type, received);
        received.push(message);
        if (sameType(message.Type, type)) break;
        if (message.Type === 'ErrorResponse' || message.Type === 'ReadyForQuery') {
          throw new DialogueError(`waiting for ${type}, got ${JSON.stringify(message)}`, received);
        }
      }
    }
    return received;
  }

  async #next(type: string, received: readonly MessageJson[]): Promise<MessageJson> {
    try {
      return await this.#receive();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      throw new DialogueError(`waiting for ${type}: ${error.message}`, received);
    }
  }

  async #receive(): Promise<MessageJson> {
    for (;;) {
      const frame = this.#reader.next();
      if (frame === undefined) {
        this.#reader.push(await this.#wire.receive());
        continue;
      }
      const body =
        this.#tap === undefined
          ? { tag: frame.tag, bytes: frame.bytes, start: frame.start, end: frame.end }
          : tapped(frame.tag, this.#tap(frame.bytes.slice(frame.start - 5, frame.end)));
      const message = decodeBackend(body);
      if (message.type === 'AuthenticationOk') this.#reader.limits = backendLimits();
      if (message.type === 'ParameterStatus') this.#parameters.set(message.name, message.value);
      if (message.type === 'BackendKeyData') {
        this.#processId = message.processId;
        this.#secretKey = message.secretKey.slice();
      }
      return backendJson(message);
    }
  }

  /** Says good-bye and hangs up. */
  close(): void {
    const writer = new Writer();
    writeSent(writer, 'Terminate', {});
    this.#wire.send(writer.take());
    this.#wire.close();
  }
}

function tapped(tag: number, message: Uint8Array): { tag: number; bytes: Uint8Array; start: number; end: number } {
  return { tag, bytes: message, start: 5, end: message.byteLength };
}

function sameType(received: string, wanted: string): boolean {
  return received === wanted || (received === 'AuthenticationOk' && wanted === 'AuthenticationOK');
}
