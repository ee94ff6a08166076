import { type MessagePort, receiveMessageOnPort } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import type { TransactionStatus } from './engine.ts';
import { type EngineReply, type EngineRequest, Slot, UNPROCESSED_LIMIT, UNREAD_LIMIT } from './link.ts';
import { isMainLoopJump, type PostgresModule, postgresModule } from './postgres-module.ts';

/*
 * The backend's main loop, driven message by message.
 *
 * The engine reads and writes through two callbacks. While it works on one message, everything happens inside one call
 * of its main loop: output is posted as it comes, and the thread waits when its reader is far behind. It asks for more
 * input only within COPY FROM STDIN; then the thread waits for the next message, which streams the copy with one message
 * in memory. Between messages the thread returns to its event loop, so that PGlite and its extensions can use it.
 */

const outputByteLength = 65_536;
/** The size of the engine's own buffer: a shorter write is one that it wants to be seen at once. */
const engineBufferByteLength = 8_192;
/** CopyData, CopyDone, CopyFail, Flush, Sync: what the engine takes within COPY FROM STDIN. Others would end it. */
const copyTags = new Set(['d', 'c', 'f', 'H', 'S'].map((tag) => tag.charCodeAt(0)));

interface Message {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

export class Backend {
  readonly #pg: PGlite;
  readonly #module: PostgresModule;
  readonly #port: MessagePort;
  readonly #block: Int32Array;
  /** Batches of whole messages, in order of arrival; the first is cut from the front. */
  readonly #batches: Uint8Array[] = [];
  #current: Message | undefined;
  #output: Uint8Array = new Uint8Array(outputByteLength);
  #held = 0;
  #written = 0;
  /** Whether what the engine flushes is posted at once, or gathered until its message has been worked off. */
  #posting: 'at once' | 'gathered' = 'at once';
  /** Whether the main thread knows that the message being executed copies in. */
  #copyIn: 'not announced' | 'announced' = 'not announced';
  #phase: 'open' | 'closing' | 'finished' = 'open';

  constructor(pg: PGlite, port: MessagePort, block: Int32Array) {
    this.#pg = pg;
    this.#module = postgresModule(pg);
    this.#port = port;
    this.#block = block;
    const read = this.#module.addFunction((at, length) => this.#read(at, length), 'ipi');
    const write = this.#module.addFunction((at, length) => this.#write(at, length), 'ipi');
    this.#module._pgl_set_rw_cbs(read, write);
    port.on('message', (request: EngineRequest) => {
      this.#take(request);
      this.#run();
    });
  }

  #take(request: EngineRequest): void {
    if (request.kind === 'messages') this.#batches.push(request.bytes);
    else if (request.kind === 'close' && this.#phase === 'open') this.#phase = 'closing';
  }

  /** Works off what has arrived, then closes if that was asked. */
  #run(): void {
    if (this.#phase === 'finished') return;
    try {
      for (let message = this.#next(); message !== undefined; message = this.#next()) this.#execute(message);
    } catch (error) {
      this.#phase = 'finished';
      this.#post({ kind: 'failed', message: describeEnd(error) });
      this.#port.close();
      return;
    }
    if (this.#phase === 'closing') {
      this.#phase = 'finished';
      void this.#close();
    }
  }

  async #close(): Promise<void> {
    try {
      await this.#pg.close();
      this.#post({ kind: 'closed' });
    } catch (error) {
      this.#post({ kind: 'failed', message: describeEnd(error) });
    }
    this.#port.close();
  }

  #next(): Message | undefined {
    if (this.#phase !== 'open') return undefined;
    const batch = this.#batches[0];
    if (batch === undefined) return undefined;
    const byteLength = 1 + new DataView(batch.buffer, batch.byteOffset + 1, 4).getInt32(0);
    const rest = batch.subarray(byteLength);
    const unprocessed = Atomics.sub(this.#block, Slot.Unprocessed, byteLength);
    if (unprocessed > UNPROCESSED_LIMIT && unprocessed - byteLength <= UNPROCESSED_LIMIT)
      this.#post({ kind: 'drained' });
    if (rest.byteLength === 0) this.#batches.shift();
    else this.#batches[0] = rest;
    return { bytes: batch, at: 0, end: byteLength };
  }

  #execute(message: Message): void {
    const module = this.#module;
    this.#current = message;
    this.#posting = 'at once';
    this.#copyIn = 'not announced';
    const stack = module.stackSave();
    try {
      module._PostgresMainLoopOnce();
    } catch (error) {
      if (!isMainLoopJump(error)) {
        this.#flush();
        throw error;
      }
      module.stackRestore(stack);
      module._PostgresMainLongJmp();
    }
    this.#posting = 'gathered';
    module._pgl_pq_flush();
    const written = this.#written;
    module._PostgresSendReadyForQueryIfNecessary();
    module._pgl_pq_flush();
    this.#setQueryCancelPending(0);
    if (this.#written === written) this.#flush();
    else this.#flush(String.fromCharCode(this.#output[this.#held - 1] ?? 0) as TransactionStatus);
  }

  /** The engine wants `length` bytes at most, at `at` in its memory. */
  #read(at: number, length: number): number {
    let message = this.#current;
    if (message === undefined || message.at === message.end) message = this.#awaitCopyMessage();
    this.#current = message;
    const count = Math.min(length, message.end - message.at);
    this.#module.HEAPU8.set(message.bytes.subarray(message.at, message.at + count), at);
    message.at += count;
    return count;
  }

  /** Within COPY FROM STDIN: the next message that belongs to it, waited for as long as it takes. */
  #awaitCopyMessage(): Message {
    this.#flush();
    for (;;) {
      const arrived = Atomics.load(this.#block, Slot.Inbox);
      this.#receive();
      const tag = this.#batches[0]?.[0];
      if (this.#phase !== 'open') return copyFail('the embedded engine is being closed');
      if (tag !== undefined && copyTags.has(tag)) return this.#next() ?? copyFail('no message');
      if (tag !== undefined) {
        return copyFail(`unexpected message type 0x${tag.toString(16).toUpperCase()} during COPY from stdin`);
      }
      this.pollCancel();
      if (this.#copyIn === 'not announced') this.#post({ kind: 'awaits copy' });
      this.#copyIn = 'announced';
      Atomics.wait(this.#block, Slot.Inbox, arrived);
    }
  }

  /** Empties the port without turning the event loop. */
  #receive(): void {
    for (let held = receiveMessageOnPort(this.#port); held !== undefined; held = receiveMessageOnPort(this.#port)) {
      this.#take(held.message as EngineRequest);
    }
  }

  #write(at: number, length: number): number {
    const bytes = this.#module.HEAPU8.subarray(at, at + length);
    this.#written += length;
    if (this.#held + length > outputByteLength) this.#flush();
    if (length >= outputByteLength) {
      this.#post({ kind: 'bytes', bytes: bytes.slice() });
    } else {
      this.#output.set(bytes, this.#held);
      this.#held += length;
    }
    if (length < engineBufferByteLength && this.#posting === 'at once') this.#flush();
    this.pollCancel();
    return length;
  }

  #flush(status?: TransactionStatus): void {
    if (this.#held === 0) return;
    const bytes = this.#output.slice(0, this.#held);
    this.#held = 0;
    this.#post(status === undefined ? { kind: 'bytes', bytes } : { kind: 'bytes', bytes, status });
  }

  #post(reply: EngineReply): void {
    if (reply.kind !== 'bytes') {
      this.#port.postMessage(reply);
      return;
    }
    Atomics.add(this.#block, Slot.Unread, reply.bytes.byteLength);
    this.#port.postMessage(reply, [reply.bytes.buffer as ArrayBuffer]);
    for (let unread = this.#unread(); unread > UNREAD_LIMIT && this.#phase === 'open'; unread = this.#unread()) {
      Atomics.wait(this.#block, Slot.Unread, unread);
      this.#receive();
    }
  }

  #unread(): number {
    return Atomics.load(this.#block, Slot.Unread);
  }

  /** Passes a cancel request on to the engine, as the handler of SIGINT would; the engine looks at its next chance. */
  pollCancel(): boolean {
    if (Atomics.load(this.#block, Slot.Cancel) === 0) return false;
    new DataView(this.#module.HEAPU8.buffer).setInt32(this.#module._InterruptPending, 1, true);
    this.#setQueryCancelPending(1);
    return true;
  }

  #setQueryCancelPending(value: 0 | 1): void {
    new DataView(this.#module.HEAPU8.buffer).setInt32(this.#module._QueryCancelPending, value, true);
  }
}

function copyFail(reason: string): Message {
  const text = new TextEncoder().encode(reason);
  const bytes = new Uint8Array(text.byteLength + 6);
  bytes[0] = 'f'.charCodeAt(0);
  new DataView(bytes.buffer).setInt32(1, text.byteLength + 5);
  bytes.set(text, 5);
  return { bytes, at: 0, end: bytes.byteLength };
}

function describeEnd(error: unknown): string {
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status === 'number') return `the embedded engine ended with status ${status}`;
  return `the embedded engine failed: ${error instanceof Error ? error.message : String(error)}`;
}
