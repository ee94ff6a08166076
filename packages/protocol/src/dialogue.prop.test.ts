import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backendCases } from '../test/cases/backend-cases.ts';
import { answers, type Phase, type Step, steps } from '../test/cases/dialogue.ts';
import { frontendCases } from '../test/cases/frontend-cases.ts';
import { type MessageSample, show } from '../test/cases/message-case.ts';
import { cut } from '../test/cases/streams.ts';
import {
  type BackendMessage,
  backendLimits,
  backendStartupLimits,
  decodeBackend,
  FrameReader,
  Writer,
} from './index.ts';
import {
  type AuthenticationAnswer,
  decodeFrontend,
  decodeStartupFamily,
  type FrontendMessage,
  frontendLimits,
} from './server.ts';
import { Tracer } from './trace.ts';

// Fewer walks would not reach every message.
const numRuns = Math.max(2000, Number(process.env['FUZZ_RUNS'] ?? 10_000));
const stepLimit = 24;

/** A sample of each message by its type, once for each side, since CopyData and CopyDone have two. */
const samplers: Readonly<Record<Step['side'], (type: string) => fc.Arbitrary<MessageSample>>> = {
  client: memoized(frontendCases.map(({ name, samples }) => [name, samples] as const)),
  server: memoized(backendCases.map(({ name, samples }) => [name, samples] as const)),
};

function memoized(cases: readonly (readonly [string, fc.Arbitrary<MessageSample>])[]) {
  const byType = new Map(cases);
  return (type: string): fc.Arbitrary<MessageSample> => {
    const known = byType.get(type) ?? byType.get(caseOf(type));
    if (known === undefined) throw new Error(`no sample of ${type}`);
    // An error without any field would, before authentication, be taken for a text of protocol 2.
    const leastByteLength = type === 'ErrorResponse' ? 9 : 0;
    const sample = known.filter(({ decoded, bytes }) => typeOf(decoded) === type && bytes.length >= leastByteLength);
    byType.set(type, sample);
    return sample;
  };
}

/** The case that has a message among others. */
function caseOf(type: string): string {
  if (type.startsWith('Authentication')) return 'Authentication';
  if (type.startsWith('Copy')) return 'the copy responses';
  return 'ErrorResponse and NoticeResponse';
}

/** The type of a decoded message; a row was replaced by its values. */
function typeOf(decoded: unknown): string {
  return Array.isArray(decoded) ? 'DataRow' : (decoded as BackendMessage | FrontendMessage).type;
}

/** Two ends of one connection, each reading only what the other has written. */
class Pair {
  readonly #client = new Writer();
  readonly #server = new Writer();
  readonly #toClient = new FrameReader(backendStartupLimits());
  readonly #toServer = new FrameReader(frontendLimits(), 'untyped');
  readonly #tracer: Tracer;
  #answer: AuthenticationAnswer['type'] | undefined;
  traced = 0;

  constructor() {
    this.#tracer = new Tracer({
      write: (line) => {
        if (/^[FB]\t/.test(line)) this.traced += 1;
        expect(line).not.toContain('Unknown');
        expect(line).not.toContain('not traced');
      },
    });
  }

  /** Lets one side send a message, in pieces, and returns what the other side makes of it. */
  send(step: Step, sample: MessageSample, cuts: readonly number[]): unknown {
    const writer = step.side === 'client' ? this.#client : this.#server;
    sample.write(writer);
    const received: unknown[] = [];
    for (const chunk of cut(writer.take(), cuts)) {
      if (step.side === 'client') this.#receiveAsServer(chunk, received);
      else this.#receiveAsClient(chunk, received);
    }
    this.#answer = step.expects ?? this.#answer;
    expect(received.length).toBe(1);
    return received[0];
  }

  /** The one byte that answers a request for encryption; both sides go on in plain. */
  refuseEncryption(): void {
    this.#tracer.backend(Uint8Array.of('N'.charCodeAt(0)));
  }

  #receiveAsClient(chunk: Uint8Array, received: unknown[]): void {
    this.#tracer.backend(chunk);
    this.#toClient.push(chunk);
    for (let frame = this.#toClient.next(); frame !== undefined; frame = this.#toClient.next()) {
      const message = decodeBackend(frame);
      if (message.type === 'AuthenticationOk') this.#toClient.limits = backendLimits();
      received.push(message);
    }
  }

  #receiveAsServer(chunk: Uint8Array, received: unknown[]): void {
    this.#tracer.frontend(chunk);
    this.#toServer.push(chunk);
    for (let frame = this.#toServer.next(); frame !== undefined; frame = this.#toServer.next()) {
      if (this.#toServer.framing === 'untyped') {
        const message = decodeStartupFamily(frame);
        if (message.type === 'StartupMessage') this.#toServer.framing = 'typed';
        received.push(message);
      } else {
        received.push(decodeFrontend(frame, this.#answer === undefined ? {} : { authentication: this.#answer }));
      }
    }
  }
}

interface State {
  readonly phase: Phase;
  /** What the extended protocol still has to answer. */
  readonly waiting: readonly string[];
  readonly expects: AuthenticationAnswer['type'] | undefined;
}

/** Everything that may happen next, with the state that it leads to. */
function legal(state: State): readonly { readonly step: Step; readonly state: State }[] {
  const own = steps[state.phase]
    .filter(({ side, type }) => side === 'server' || !isAnswer(type) || type === state.expects)
    .map((step) => ({
      step,
      state: {
        phase: step.next,
        waiting: asks(step, state.phase) ? [...state.waiting, step.type] : state.waiting,
        expects: step.expects ?? state.expects,
      },
    }));
  if (state.phase !== 'extended') return own;
  const replies = answers(state.waiting).map(({ step, waiting }) => ({
    step,
    state: { ...state, phase: step.next, waiting },
  }));
  return [...own, ...replies, ...replies];
}

function isAnswer(type: string): boolean {
  return /^(?:PasswordMessage|SASL(?:Initial)?Response|GSSResponse)$/.test(type);
}

/** Whether a client's message will be answered; nothing that is skipped will. */
function asks({ side, type }: Step, phase: Phase): boolean {
  if (side !== 'client' || !/^(?:Parse|Bind|Describe|Execute|Close|Sync)$/.test(type)) return false;
  return phase !== 'skipping' || type === 'Sync';
}

/** How far a walk goes by the shortest way before it goes by chance: else few would ever come to COPY. */
const openings: readonly (readonly string[])[] = [
  [],
  ['StartupMessage', 'AuthenticationOk', 'ReadyForQuery'],
  ['StartupMessage', 'AuthenticationOk', 'ReadyForQuery', 'Query', 'CopyInResponse'],
  ['StartupMessage', 'AuthenticationOk', 'ReadyForQuery', 'Query', 'CopyBothResponse'],
];

test('both sides understand every legal dialogue, whatever its chunks', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.gen(), (gen) => {
      const pair = new Pair();
      let state: State = { phase: 'first', waiting: [], expects: undefined };
      let messages = 0;
      const opening = gen(() => fc.constantFrom(...openings));
      for (let count = 0; count < stepLimit && state.phase !== 'closed'; count += 1) {
        if (state.phase === 'encryption-answer') {
          pair.refuseEncryption();
          state = { ...state, phase: 'first' };
        } else {
          const choices = legal(state);
          const choice =
            choices.find(({ step }) => step.type === opening[count]) ??
            choices[gen(fc.nat, { max: choices.length - 1 })];
          if (choice === undefined) return expect.unreachable(`no way out of ${state.phase}`);
          const sample = gen(samplers[choice.step.side], choice.step.type);
          const received = pair.send(choice.step, sample, gen(fc.array, fc.nat(), { maxLength: 2 }));
          if (Array.isArray(sample.decoded)) expect(typeOf(received)).toBe('DataRow');
          else expect(show(received)).toBe(show(sample.decoded));
          seen.add(choice.step.type);
          state = choice.state;
        }
        messages += 1;
      }
      expect(pair.traced).toBe(messages);
    }),
    { numRuns },
  );
  // A walk that never got anywhere would prove nothing.
  const reachable = new Set(Object.values(steps).flatMap((list) => list.map(({ type }) => type)));
  for (const type of [
    'ParseComplete',
    'BindComplete',
    'CloseComplete',
    'NoData',
    'ParameterDescription',
    'PortalSuspended',
  ]) {
    reachable.add(type);
  }
  expect([...reachable].filter((type) => !seen.has(type))).toEqual([]);
});
