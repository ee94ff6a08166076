import { backendLimits, backendStartupLimits, FrameReader } from '@pg-dblink/protocol';
import { computeScramProof } from '../src/crypto/scram-proof.ts';
import {
  type Ask,
  type Asks,
  AttemptTimeout,
  ConnectionClosed,
  type Dialogue,
  type StartupFrame,
} from '../src/machine/asks.ts';
import type { SecurityStep } from '../src/security-context.ts';
import { OsError, type TlsFacts } from '../src/transport.ts';

/** What one connection of a scripted world does. */
export interface ScriptedConnection {
  /** Why it cannot be opened: an errno, or a time-out. */
  readonly open?: 'ECONNREFUSED' | 'ENOENT' | 'timeout';
  /** The answer to SSLRequest; nothing: the server closes. */
  readonly reply?: Uint8Array | string;
  /** What TLS finds out, or how it fails. */
  readonly tls?: Partial<TlsFacts> | Error;
  /**
   * What the server sends after the StartupMessage: bytes, or a function that makes them of what the client sent last.
   * After the last piece the server closes, or hangs until the deadline.
   */
  readonly says?: readonly (Uint8Array | ((lastSent: Uint8Array) => Uint8Array))[];
  readonly ends?: 'close' | 'hang' | 'reset';
}

/** A world in which a dialogue is answered from a list. */
export interface ScriptedWorld {
  readonly connections: readonly ScriptedConnection[];
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  readonly refusedPeers?: readonly string[];
  readonly password?: string;
  readonly oauthToken?: string;
  /** The steps of security contexts, or what they throw; each context takes from the front. */
  readonly securitySteps?: readonly (SecurityStep | Error)[];
}

/** How a dialogue went: its result or error, and what it did, in order. */
export interface Ran<T> {
  readonly result: T | undefined;
  readonly error: Error | undefined;
  readonly log: readonly string[];
}

const FACTS: TlsFacts = {
  alpnProtocol: 'postgresql',
  clientCertificate: 'unasked',
  endPointBinding: new Uint8Array(32).fill(7),
  protocol: 'TLSv1.3',
  cipher: undefined,
};

type Answers = { readonly [K in keyof Asks]: (...question: Parameters<Asks[K]>) => unknown };

/** Runs a dialogue in a scripted world. */
export async function runDialogue<T>(dialogue: Dialogue<T>, world: ScriptedWorld): Promise<Ran<T>> {
  const log: string[] = [];
  const answers = answersOf(world, log);
  try {
    let step = dialogue.next();
    while (step.done !== true) {
      let answer: unknown;
      try {
        answer = await answerTo(answers, step.value);
      } catch (error) {
        step = dialogue.throw(error);
        continue;
      }
      step = dialogue.next(answer);
    }
    return { result: step.value, error: undefined, log };
  } catch (error) {
    return { result: undefined, error: error as Error, log };
  }
}

function answerTo(answers: Answers, { kind, question }: Ask): unknown {
  return (answers[kind] as (...question: readonly unknown[]) => unknown)(...question);
}

function answersOf(world: ScriptedWorld, log: string[]): Answers {
  const connections = [...world.connections];
  let current: ScriptedConnection = {};
  let pieces: (Uint8Array | ((lastSent: Uint8Array) => Uint8Array))[] = [];
  let lastSent = new Uint8Array(0);
  let reader = new FrameReader(backendStartupLimits());
  const steps = [...(world.securitySteps ?? [])];
  const nextStep = (): SecurityStep => {
    const step = steps.shift() ?? new Error('no step is left');
    if (step instanceof Error) throw step;
    return step;
  };
  const receive = (): StartupFrame => {
    for (;;) {
      const frame = reader.next();
      if (frame !== undefined) return { ...frame };
      const piece = pieces.shift();
      if (piece === undefined) throw endOf(current);
      reader.push(typeof piece === 'function' ? piece(lastSent) : piece);
    }
  };
  return {
    resolve(host) {
      const found = world.addresses?.[host];
      if (found === undefined) throw new OsError('ENOTFOUND', 'Name or service not known');
      return found;
    },
    shuffle: (count) => Array.from({ length: count }, (_, index) => count - 1 - index),
    admit(peer) {
      const name = peer.kind === 'unix' ? peer.path : peer.address;
      if (world.refusedPeers?.includes(name)) throw new Error(`${name} is not admitted`);
    },
    deadline: (timeoutMs) => void (timeoutMs === undefined || log.push(`deadline ${timeoutMs}`)),
    open(peer) {
      log.push(`open ${peer.kind === 'unix' ? peer.path : `${peer.address}:${peer.port}`}`);
      current = connections.shift() ?? { open: 'ECONNREFUSED' };
      if (current.open === 'timeout') throw new AttemptTimeout();
      if (current.open !== undefined) throw new OsError(current.open, TEXTS[current.open]);
      pieces = [...(current.says ?? [])];
      reader = new FrameReader(backendStartupLimits());
    },
    send(bytes) {
      lastSent = bytes.slice();
      log.push(nameOf(bytes));
    },
    receiveReply: () =>
      typeof current.reply === 'string'
        ? new TextEncoder().encode(current.reply)
        : (current.reply ?? new Uint8Array(0)),
    receive,
    receiveReport: () => [receive()],
    widenLimits() {
      reader.limits = backendLimits();
    },
    upgradeTls() {
      log.push('TLS');
      if (current.tls instanceof Error) throw current.tls;
      return { ...FACTS, ...current.tls };
    },
    password: () => (world.password === undefined ? undefined : { password: world.password, source: 'callback' }),
    oauthToken: () => world.oauthToken,
    beginSecurity({ method, principal, delegate }) {
      log.push(`context ${method} ${principal}${delegate ? ' delegating' : ''}`);
      return nextStep();
    },
    continueSecurity(token) {
      log.push(`token ${String.fromCharCode(...token)}`);
      return nextStep();
    },
    scramProof: (request) => computeScramProof(request),
    nonce: () => new Uint8Array(18).fill(1),
    notice: ({ message }) => void log.push(`notice ${message}`),
    notification: ({ channel }) => void log.push(`notification ${channel}`),
    drop: (farewell) => void log.push(farewell === undefined ? 'drop' : `drop after ${nameOf(farewell)}`),
  };
}

const TEXTS = { ECONNREFUSED: 'Connection refused', ENOENT: 'No such file or directory' } as const;

function endOf({ ends }: ScriptedConnection): Error {
  if (ends === 'hang') return new AttemptTimeout();
  return ends === 'reset' ? new OsError('ECONNRESET', 'Connection reset by peer') : new ConnectionClosed();
}

/** A message of the client by name, as far as a log needs it. */
function nameOf(bytes: Uint8Array): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes[0] !== 0) return String.fromCharCode(bytes[0] ?? 0);
  switch (view.getInt32(4)) {
    case 80877103:
      return 'SSLRequest';
    case 80877102:
      return 'CancelRequest';
    default:
      return `startup 3.${view.getInt32(4) & 0xffff}`;
  }
}
