import { timingSafeEqual } from 'node:crypto';
import { FrameReader } from '@pg-dblink/protocol';
import { frontendLimits } from '@pg-dblink/protocol/server';
import { type Engine, EngineError, type TransactionStatus } from '../engine/engine.ts';
import type { ClientSocket } from './client-socket.ts';
import { Refusal, type Report, reportMessage } from './messages.ts';
import type { ServeOptions } from './options.ts';
import { Relay } from './relay.ts';
import { applySettings, resetSession } from './session-state.ts';
import { authenticationOk, greeting, makeKey, receiveStart, type SessionKey, type Start } from './startup.ts';
import { type Holder, Turns } from './turns.ts';

/** As PostgreSQL's authentication_timeout. */
const startTimeoutMs = 60_000;
/** The longest message that a client may send; the engine's memory is 2 GiB in all. */
const maxMessageLength = 256 << 20;

type SessionStart = Extract<Start, { kind: 'session' }>;

/** Serves the clients of one engine. */
export class Clients {
  readonly #engine: Engine;
  readonly #options: ServeOptions;
  readonly #turns: Turns = new Turns();
  readonly #sockets: Set<ClientSocket> = new Set();
  /** The sessions that can be cancelled. */
  readonly #keys: Map<number, SessionKey> = new Map();
  #lastProcessId = 0;

  readonly #failed: (error: unknown) => void;

  /** `failed` is told of an error that is nobody's but ours. */
  constructor(engine: Engine, options: ServeOptions, failed: (error: unknown) => void) {
    this.#engine = engine;
    this.#options = options;
    this.#failed = failed;
  }

  /**
   * Serves one client from its first byte to its last.
   *
   * @throws EngineError when the engine is lost; what else goes wrong with one client concerns no other.
   */
  async serve(socket: ClientSocket): Promise<void> {
    this.#sockets.add(socket);
    try {
      await this.#serve(socket);
      socket.end();
    } catch (error) {
      socket.end(reportMessage(reportOf(error)));
      if (error instanceof EngineError) throw error;
      if (!(error instanceof Refusal)) this.#failed(error);
    } finally {
      this.#sockets.delete(socket);
    }
  }

  /** Tells every client that the server ends, and lets it go. */
  dismiss(): void {
    const farewell = { severity: 'FATAL', sqlState: '57P01' } as const;
    const message = 'terminating connection due to administrator command';
    for (const socket of this.#sockets) socket.end(reportMessage({ ...farewell, message }));
  }

  async #serve(socket: ClientSocket): Promise<void> {
    const reader = new FrameReader(frontendLimits({ maxMessageLength }), 'untyped');
    const timer = setTimeout(() => socket.destroy(), startTimeoutMs);
    const start = await receiveStart(socket, reader).finally(() => clearTimeout(timer));
    if (start.kind === 'cancel') this.#cancel(start.key);
    if (start.kind !== 'session') return;
    reader.framing = 'typed';
    await socket.write(authenticationOk());
    await this.#serveSession(socket, reader, start);
  }

  #cancel({ processId, secretKey }: SessionKey): void {
    const known = this.#keys.get(processId)?.secretKey;
    if (known === undefined || known.byteLength !== secretKey.byteLength) return;
    if (timingSafeEqual(known, secretKey)) this.#engine.cancel();
  }

  async #serveSession(socket: ClientSocket, reader: FrameReader, start: SessionStart): Promise<void> {
    const patience = new Patience(this.#options.idleInTransactionTimeoutMs, () => {
      const message = 'terminating connection due to idle-in-transaction timeout';
      socket.end(reportMessage({ severity: 'FATAL', sqlState: '25P03', message }));
    });
    const holder: Holder = { label: labelOf(socket, start), awaited: (waiting) => patience.awaited(waiting) };
    const left = new AbortController();
    void socket.gone.then(() => left.abort());
    const told = (label: string): void => {
      const message = `waiting for ${label}: the embedded database has one session`;
      void socket.write(reportMessage({ severity: 'NOTICE', sqlState: '00000', message }));
    };
    const release = await this.#turns.take(holder, this.#options.waitTimeoutMs, told, left.signal);
    try {
      if (socket.isOpen) await this.#hold(socket, reader, start, patience);
    } finally {
      patience.end();
      release();
    }
  }

  /** The session proper, while this client has the engine; afterwards nothing of it is left there. */
  async #hold(socket: ClientSocket, reader: FrameReader, start: SessionStart, patience: Patience): Promise<void> {
    this.#lastProcessId += 1;
    const key = makeKey(this.#lastProcessId, start.protocolVersion);
    try {
      await applySettings(this.#engine, start.settings);
      this.#keys.set(key.processId, key);
      await socket.write(greeting(this.#parameters(start), key));
      const relay = new Relay(this.#engine, socket, reader, { status: (status) => patience.status(status) });
      try {
        await relay.run();
      } finally {
        this.#keys.delete(key.processId);
        patience.end();
        await relay.settle();
      }
    } finally {
      await resetSession(this.#engine);
    }
  }

  /** What the engine reported at its start, with what this client has set. */
  #parameters(start: SessionStart): ReadonlyMap<string, string> {
    const parameters = new Map(this.#engine.parameters);
    const names = new Map([...parameters.keys()].map((name) => [name.toLowerCase(), name]));
    for (const [name, value] of start.settings) {
      const known = names.get(name.toLowerCase());
      if (known !== undefined) parameters.set(known, value);
    }
    parameters.set('client_encoding', 'UTF8');
    return parameters;
  }
}

function reportOf(error: unknown): Report {
  if (error instanceof Refusal) return error.report;
  const message = error instanceof EngineError ? error.message : 'internal error of the server';
  return { severity: 'FATAL', sqlState: 'XX000', message };
}

function labelOf(socket: ClientSocket, start: SessionStart): string {
  const name = start.settings.get('application_name');
  return name === undefined || name === '' ? `client ${socket.address}` : `client ${socket.address} ("${name}")`;
}

/** Ends a session whose transaction stands still while others wait. */
class Patience {
  readonly #timeoutMs: number;
  readonly #expire: () => void;
  #status: TransactionStatus | 'busy' = 'I';
  #others: 'wait' | 'none' = 'none';
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number, expire: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#expire = expire;
  }

  status(status: TransactionStatus | 'busy'): void {
    this.#status = status;
    this.#update();
  }

  awaited(waiting: boolean): void {
    this.#others = waiting ? 'wait' : 'none';
    this.#update();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#others = 'none';
  }

  #update(): void {
    clearTimeout(this.#timer);
    const standsStill = this.#status === 'T' || this.#status === 'E';
    if (standsStill && this.#others === 'wait') this.#timer = setTimeout(this.#expire, this.#timeoutMs);
  }
}
