import { isRemoteProtocolError } from '@pg-dblink/protocol';
import type { MessageJson } from './backend-json.ts';
import { matchesLine } from './compare.ts';
import { type Block, parseDialogue } from './dialogue.ts';
import { isMeantFor, matchesKind } from './server-kind.ts';
import { DialogueError, Session, type Tap } from './session.ts';
import { applyView, type View, viewOf } from './view.ts';
import type { Target } from './wire.ts';

/** Where a dialogue and the server part. */
export interface Difference {
  readonly line: number;
  readonly message: string;
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** How a dialogue went. `actual` has, for each block, the lines that the server's answer prints as. */
export type Outcome =
  | { readonly kind: 'ok'; readonly actual: readonly (readonly string[])[]; readonly checked: number }
  | { readonly kind: 'different'; readonly difference: Difference; readonly actual: readonly (readonly string[])[] }
  | { readonly kind: 'skipped'; readonly reason: string };

/** How to run a dialogue. */
export interface RunOptions {
  readonly timeoutMs: number;
  readonly tap?: Tap;
  /** Collects what comes instead of stopping at the first difference. */
  readonly collect?: boolean;
  /** Sees every answer with the block that it was compared with. */
  readonly onAnswer?: (block: Block, answer: Answer) => void;
}

/** Plays one dialogue on a connection of its own. Throws DialogueSyntaxError, MessageJsonError and WireError. */
export async function runDialogue(text: string, target: Target, options: RunOptions): Promise<Outcome> {
  const blocks = parseDialogue(text);
  const session = await Session.open(target, options.timeoutMs, options.tap);
  try {
    return await play(blocks, session, options, target);
  } finally {
    session.close();
  }
}

async function play(blocks: readonly Block[], session: Session, options: RunOptions, target: Target): Promise<Outcome> {
  const actual: (readonly string[])[] = [];
  let first: Difference | undefined;
  let checked = 0;
  let started =
    blocks.find(({ directive }) => directive !== 'only')?.directive === 'startup' ? 'by the dialogue' : 'not yet';
  for (const block of blocks) {
    if (block.directive === 'only') {
      const kind = started === 'not yet' ? await startedKind(session) : await probedKind(target, options.timeoutMs);
      if (started === 'not yet') started = 'by us';
      if (!block.options.every(({ key }) => matchesKind(key, kind))) {
        return { kind: 'skipped', reason: `only for ${block.options.map(({ key }) => key).join(', ')}` };
      }
      actual.push([]);
      continue;
    }
    if (started === 'not yet') {
      await session.start();
      started = 'by us';
    }
    if (!isMeantFor(block.options, session.kind)) {
      actual.push(block.expected);
      continue;
    }
    if (block.directive === 'send' || block.directive === 'startup') {
      for (const line of block.input) await session.send(line);
      actual.push([]);
      continue;
    }
    if (block.directive !== 'until' && block.directive !== 'receive') {
      throw new DialogueError(`line ${block.line}: unknown directive ${block.directive}`, []);
    }
    const view = viewOf(block.options);
    const answer = await receive(session, block, view);
    actual.push(answer.shown.map((message) => JSON.stringify(message)));
    checked += answer.shown.length;
    options.onAnswer?.(block, answer);
    const difference = answer.failure === undefined ? compare(block, answer) : failed(block, answer, answer.failure);
    if (difference === undefined) continue;
    first ??= difference;
    if (options.collect !== true || answer.failure !== undefined) break;
  }
  return first === undefined ? { kind: 'ok', actual, checked } : { kind: 'different', difference: first, actual };
}

async function startedKind(session: Session): Promise<Session['kind']> {
  await session.start();
  return session.kind;
}

/** A dialogue that brings its own start-up learns what it talks to from a connection made beside it. */
async function probedKind(target: Target, timeoutMs: number): Promise<Session['kind']> {
  const probe = await Session.open(target, timeoutMs);
  try {
    return await startedKind(probe);
  } finally {
    probe.close();
  }
}

/** What a block received: as it came, as it is shown, and why the wait failed if it did. */
export interface Answer {
  readonly received: readonly MessageJson[];
  readonly shown: readonly MessageJson[];
  readonly failure: string | undefined;
}

async function receive(session: Session, block: Block, view: View): Promise<Answer> {
  const received: MessageJson[] = [];
  let failure: string | undefined;
  try {
    if (block.directive === 'until') received.push(...(await session.until(block.input)));
    else {
      for (const type of block.input) received.push(...(await session.until([type])).slice(-1));
    }
  } catch (error) {
    if (error instanceof DialogueError) received.push(...error.received);
    else if (!isRemoteProtocolError(error)) throw error;
    failure = error.message;
  }
  const kept = received.filter(({ Type }) => !view.ignored.has(Type));
  return { received: kept, shown: applyView(kept, view), failure };
}

/** The first difference between a block's expectation and an answer; undefined where there is none. */
export function compare(block: Block, { received, shown }: Answer): Difference | undefined {
  const { expected } = block;
  const lines = shown.map((message) => JSON.stringify(message));
  for (let index = 0; index < Math.max(expected.length, lines.length); index += 1) {
    const line = expected[index];
    const message = received[index];
    const view = shown[index];
    if (line !== undefined && message !== undefined && view !== undefined && matchesLine(line, message, view)) continue;
    const number = block.expectedFrom + 1 + index;
    return {
      line: number,
      message: 'the answer is another',
      expected: expected.slice(index),
      actual: lines.slice(index),
    };
  }
  return undefined;
}

function failed(block: Block, { shown }: Answer, failure: string): Difference {
  return {
    line: block.line,
    message: failure,
    expected: block.expected,
    actual: shown.map((message) => JSON.stringify(message)),
  };
}
