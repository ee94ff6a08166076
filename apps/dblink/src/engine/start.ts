import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createControl, type EgressPolicy, requestCancel, type SelfAddress, setSelfAddresses } from '@pg-dblink/pglite';
import { adoptStaging, takeDataDirectory } from './data-directory.ts';
import { type Engine, EngineError, type EngineListener, type TransactionStatus } from './engine.ts';
import {
  type EngineReply,
  type EngineRequest,
  type EngineWorkerData,
  type ExtensionSettings,
  Slot,
  UNPROCESSED_LIMIT,
} from './link.ts';

/** How {@link startEngine} starts an engine. */
export interface EngineOptions {
  /** A directory for the database, made when it does not exist; undefined keeps the database in memory. */
  readonly dataDirectory?: string;
  /** Whether `CREATE EXTENSION IF NOT EXISTS dblink` is done at start; true by default. */
  readonly createExtension?: boolean;
  /** Whether connection strings from SQL may name local files, such as a root certificate; false by default. */
  readonly allowLocalFiles?: boolean;
  /** Where connections from SQL may go; anywhere unless given. */
  readonly egress?: EgressPolicy;
  /** Whether libpq's environment variables, service file and password file count for them; `none` by default. */
  readonly environment?: 'none' | 'libpq';
}

const closeTimeoutMs = 5_000;
/** So much that the engine's own limit, max_stack_depth, is met first: that is an error, the other one is the end. */
const stackSizeMb = 64;
const workerUrl = new URL('./engine-worker.js', import.meta.url);
const templatePath = fileURLToPath(new URL('./database.tar.gz', import.meta.url));

/**
 * Starts an embedded PostgreSQL in a worker thread of its own, with the dblink extension.
 *
 * @throws EngineError when the data directory cannot be used or the engine does not start.
 * @example
 * ```ts
 * const engine = await startEngine();
 * try {
 *   const outcomes = await execute(engine, 'select version()');
 * } finally {
 *   await engine.close();
 * }
 * ```
 */
export async function startEngine(options: EngineOptions = {}): Promise<Engine> {
  const template = existsSync(templatePath) ? templatePath : undefined;
  const directory = options.dataDirectory === undefined ? undefined : takeDataDirectory(options.dataDirectory);
  try {
    if (directory?.staging !== undefined) await makeDatabase(directory.path, directory.staging, template);
    const dataDirectory = directory?.path;
    const extension: ExtensionSettings = {
      create: options.createExtension ?? true,
      control: createControl(),
      allowLocalFiles: options.allowLocalFiles ?? false,
      egress: options.egress,
      environment: options.environment ?? 'none',
    };
    const database = { dataDirectory, template: dataDirectory === undefined ? template : undefined };
    return await launch({ ...database, extension }, () => directory?.release());
  } catch (error) {
    directory?.release();
    throw error;
  }
}

/** Makes a new database beside its place first: an interrupted start leaves that behind, never half a database. */
async function makeDatabase(path: string, staging: string, template: string | undefined): Promise<void> {
  if (template === undefined) {
    const first = await launch({ dataDirectory: staging, template }, () => undefined);
    await first.close();
  } else {
    const { unpackTemplate } = await import('./template.ts');
    await unpackTemplate(template, staging);
  }
  adoptStaging(path, staging);
}

type Launch = Omit<EngineWorkerData, 'block'>;

async function launch(settings: Launch, release: () => void): Promise<Engine> {
  const block = new SharedArrayBuffer(Slot.Length * Int32Array.BYTES_PER_ELEMENT);
  const workerData: EngineWorkerData = { ...settings, block };
  // Flags of the host's own command line are not the worker's: some of them no worker can start with.
  const worker = new Worker(workerUrl, { workerData, execArgv: [], resourceLimits: { stackSizeMb } });
  return await new Promise<Engine>((resolve, reject) => {
    const settled = (error?: EngineError): void => (error === undefined ? resolve(engine) : reject(error));
    const engine = new WorkerEngine(worker, new Int32Array(block), settings.extension?.control, settled, release);
  });
}

type Phase = 'starting' | 'open' | 'closing' | 'closed';

const nobody: EngineListener = { bytes: () => undefined, ready: () => undefined, lost: () => undefined };
/** Query, Sync and FunctionCall: each is answered by one ReadyForQuery. */
const answeredTags = new Set(['Q', 'S', 'F'].map((tag) => tag.charCodeAt(0)));

/** The engine as the main thread sees it: a worker, the block shared with it, and who listens. */
class WorkerEngine implements Engine {
  readonly parameters: Map<string, string> = new Map();
  readonly #worker: Worker;
  readonly #block: Int32Array;
  readonly #control: SharedArrayBuffer | undefined;
  readonly #settled: (error?: EngineError) => void;
  readonly #ended: Promise<void>;
  #phase: Phase = 'starting';
  #listener: EngineListener = nobody;
  #exchange: 'idle' | 'busy' = 'idle';
  #status: TransactionStatus = 'I';
  #reason: string | undefined;
  readonly #waiting: Set<() => void> = new Set();

  constructor(
    worker: Worker,
    block: Int32Array,
    control: SharedArrayBuffer | undefined,
    settled: (error?: EngineError) => void,
    release: () => void,
  ) {
    this.#control = control;
    this.#worker = worker;
    this.#block = block;
    this.#settled = settled;
    worker.on('message', (reply: EngineReply) => this.#receive(reply));
    worker.on('error', (error: Error) => {
      this.#reason ??= `the embedded engine failed: ${error.message}`;
    });
    this.#ended = new Promise((resolve) => {
      worker.on('exit', () => {
        release();
        this.#end();
        resolve();
      });
    });
  }

  get isBusy(): boolean {
    return this.#exchange === 'busy';
  }

  get transactionStatus(): TransactionStatus {
    return this.#status;
  }

  listen(listener: EngineListener): void {
    this.#listener = listener;
    if (this.#phase === 'closed') listener.lost(this.#lostError());
  }

  send(messages: Uint8Array): void {
    const view = new DataView(messages.buffer, messages.byteOffset, messages.byteLength);
    for (let at = 0; at < messages.byteLength; at += 1 + view.getInt32(at + 1)) {
      if (answeredTags.has(view.getUint8(at))) this.#exchange = 'busy';
    }
    Atomics.add(this.#block, Slot.Unprocessed, messages.byteLength);
    this.#post({ kind: 'messages', bytes: messages });
  }

  async drained(): Promise<void> {
    while (this.#phase !== 'closed' && Atomics.load(this.#block, Slot.Unprocessed) > UNPROCESSED_LIMIT) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #resume(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resume of waiting) resume();
  }

  listensAt(addresses: readonly SelfAddress[]): void {
    if (this.#control !== undefined) setSelfAddresses(this.#control, addresses);
  }

  cancel(): void {
    if (this.#exchange === 'idle') return;
    Atomics.store(this.#block, Slot.Cancel, 1);
    if (this.#control !== undefined) requestCancel(this.#control);
    this.#wake();
  }

  async close(): Promise<void> {
    if (this.#phase === 'closed') return;
    if (this.#phase !== 'closing') {
      this.#phase = 'closing';
      this.cancel();
      this.#post({ kind: 'close' });
    }
    // What it has committed is in the files: an engine that does not stop in time is stopped as by a crash.
    const timer = setTimeout(() => void this.#worker.terminate(), closeTimeoutMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #post(request: EngineRequest): void {
    this.#worker.postMessage(request);
    this.#wake();
  }

  #wake(): void {
    Atomics.add(this.#block, Slot.Inbox, 1);
    Atomics.notify(this.#block, Slot.Inbox);
    Atomics.notify(this.#block, Slot.Unread);
  }

  #receive(reply: EngineReply): void {
    switch (reply.kind) {
      case 'started':
        for (const [name, value] of reply.parameters) this.parameters.set(name, value);
        this.#phase = 'open';
        this.#settled();
        return;
      case 'bytes':
        this.#deliver(reply.bytes, reply.status);
        return;
      case 'failed':
        this.#reason = reply.message;
        return;
      case 'awaits copy':
        this.#listener.copyIn?.();
        return;
      case 'drained':
        this.#resume();
        return;
      case 'closed':
        return;
    }
  }

  #deliver(bytes: Uint8Array, status: TransactionStatus | undefined): void {
    const { byteLength } = bytes;
    const taken = this.#listener.bytes(bytes);
    if (status !== undefined) {
      this.#exchange = 'idle';
      this.#status = status;
      // A request that came too late must not hit the next statement.
      Atomics.store(this.#block, Slot.Cancel, 0);
    }
    const done = (): void => {
      Atomics.sub(this.#block, Slot.Unread, byteLength);
      Atomics.notify(this.#block, Slot.Unread);
    };
    if (taken === undefined) done();
    else taken.then(done, done);
    if (status !== undefined) this.#listener.ready(status);
  }

  #end(): void {
    const phase = this.#phase;
    this.#phase = 'closed';
    this.#resume();
    if (phase === 'starting') {
      const message = this.#reason ?? 'the embedded engine ended while it started';
      this.#settled(new EngineError('start-failed', message));
    } else {
      this.#listener.lost(this.#lostError());
    }
  }

  #lostError(): EngineError {
    return this.#reason === undefined
      ? new EngineError('closed', 'the embedded engine is closed')
      : new EngineError('engine-lost', this.#reason);
  }
}
