import { expect, test } from 'vitest';
import { FRAME, type ToWorker } from './frames.ts';
import { Mailbox } from './mailbox.ts';
import { PayloadEncoder } from './payloads.ts';
import { createRing, RingWriter } from './ring.ts';

const MESSAGE: ToWorker = { kind: 'call', call: 1, channel: 0, request: { verb: 'getConnections' }, waits: 'awake' };

function makeMailbox() {
  const ring = createRing();
  const writer = new RingWriter(ring);
  const received: ToWorker[] = [];
  const soon: (() => void)[] = [];
  const clock = { ms: 0 };
  const mailbox = new Mailbox(ring, (message) => received.push(message), {
    now: () => clock.ms,
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
  expect(received).toEqual([MESSAGE, MESSAGE]);
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
  expect(turn(10)).toBe(1);
  clock.ms += 0.05;
  write();
  expect(mustBeTold()).toBe(false);
  expect(turn(1)).toBe(0);
  expect(received).toHaveLength(3);
  expect(mustBeTold(), 'while a call is under way, the sockets are what is waited for').toBe(true);
});

test('looking out ends when no call comes', () => {
  const { clock, mailbox, mustBeTold, turn, write } = makeMailbox();
  write();
  mailbox.empty();
  mailbox.lookOut();
  write();
  mailbox.empty();
  mailbox.lookOut();
  clock.ms += 10;
  expect(turn(1)).toBe(0);
  expect(mustBeTold()).toBe(true);
  write();
  mailbox.empty();
  mailbox.lookOut();
  expect(turn(1), 'calls far apart are not looked for').toBe(0);
});

test('a worker whose caller found no core free sleeps as well', () => {
  const { clock, mailbox, mustBeTold, turn, write } = makeMailbox();
  for (let call = 1; call < 4; call++) {
    write({ ...MESSAGE, waits: 'asleep' });
    mailbox.empty();
    mailbox.lookOut();
    expect(turn(1)).toBe(0);
    expect(mustBeTold()).toBe(true);
    clock.ms += 0.05;
  }
});
