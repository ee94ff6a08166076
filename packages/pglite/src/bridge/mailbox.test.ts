import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { FRAME, type ToWorker } from './frames.ts';
import { Mailbox } from './mailbox.ts';
import { PayloadEncoder } from './payloads.ts';
import { createRing, RingWriter } from './ring.ts';

type CallMessage = Extract<ToWorker, { kind: 'call' }>;

const MESSAGE: CallMessage = { kind: 'call', channel: 0, request: { verb: 'getConnections' }, waits: 'awake' };

/** @param tickMs - how far the clock goes whenever it is looked at */
function makeMailbox(tickMs = 0) {
  const ring = createRing();
  const writer = new RingWriter(ring);
  const received: [call: number, message: ToWorker][] = [];
  const soon: (() => void)[] = [];
  const clock = { ms: 0 };
  const mailbox = new Mailbox(ring, (call, message) => received.push([call, message]), {
    now: () => {
      clock.ms += tickMs;
      return clock.ms;
    },
    soon: (callback) => soon.push(callback),
  });
  return {
    mailbox,
    received,
    clock,
    write: (message: ToWorker = MESSAGE) => {
      const payload = new PayloadEncoder().encode(FRAME.toWorker, message);
      writer.tryWrite(FRAME.toWorker, 1, payload, 0, payload.length);
    },
    /** Whether the writer would send a message. */
    mustBeTold: () => writer.takeReaderWaits(),
    /** Lets the event loop turn so many times. */
    turn: (times: number) => {
      for (let left = times; left > 0; left--) soon.shift()?.();
      return soon.length;
    },
  };
}

test('a mailbox that nobody looks into is told once of what is written', () => {
  const { mailbox, mustBeTold, received, write } = makeMailbox();
  expect(mustBeTold()).toBe(false);
  mailbox.empty();
  write();
  expect(mustBeTold()).toBe(true);
  write();
  expect(mustBeTold()).toBe(false);
  mailbox.empty();
  expect(received).toEqual([
    [1, MESSAGE],
    [1, MESSAGE],
  ]);
  expect(mustBeTold()).toBe(true);
});

test('calls that come one soon after the other are found without being told of', () => {
  const { clock, mailbox, mustBeTold, received, turn, write } = makeMailbox();
  mailbox.empty();
  write();
  mailbox.empty();
  mailbox.lookOut();
  expect(turn(1), 'nothing is looked for after the first call').toBe(0);
  clock.ms += 0.05;
  write();
  expect(mustBeTold()).toBe(true);
  mailbox.empty();
  mailbox.lookOut();
  clock.ms += 0.05;
  write();
  expect(mustBeTold()).toBe(false);
  expect(turn(1)).toBe(0);
  expect(received).toHaveLength(3);
  expect(mustBeTold(), 'while a call is under way, the sockets are what is waited for').toBe(true);
});

test.each(['awake', 'asleep'] as const)('looking out %s ends when no call comes', (waits) => {
  const { clock, mailbox, mustBeTold, received, turn, write } = makeMailbox(0.01);
  const message: CallMessage = { ...MESSAGE, waits };
  for (const _ of Array(2)) {
    write(message);
    mailbox.empty();
    mailbox.lookOut();
  }
  expect(turn(2)).toBe(0);
  expect(received).toHaveLength(2);
  expect(mustBeTold()).toBe(true);
  clock.ms += 10;
  write(message);
  mailbox.empty();
  mailbox.lookOut();
  expect(turn(1), 'calls far apart are not looked for').toBe(0);
});

test('a reader that sleeps is woken, and not told by a message', async () => {
  const memory = createRing();
  const sleeper = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const words = new Int32Array(workerData, 0, 16);
     Atomics.store(words, 3, 2);
     parentPort.postMessage(Atomics.wait(words, 0, 0, 10_000));`,
    { eval: true, workerData: memory },
  );
  const woken = once(sleeper, 'message');
  const words = new Int32Array(memory, 0, 16);
  await expect.poll(() => Atomics.load(words, 3)).toBe(2);
  const writer = new RingWriter(memory);
  writer.tryWrite(FRAME.toWorker, 1, new Uint8Array(8), 0, 8);
  expect(writer.takeReaderWaits()).toBe(false);
  expect((await woken)[0]).not.toBe('timed-out');
  await sleeper.terminate();
});
