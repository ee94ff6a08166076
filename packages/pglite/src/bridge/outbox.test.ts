import { expect, it } from 'vitest';
import { FRAME, TO_BE_CONTINUED } from './frames.ts';
import { Outbox } from './outbox.ts';
import { joinParts } from './parts.ts';
import { createRing, MAX_PAYLOAD, RingReader, RingWriter } from './ring.ts';

function scene() {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, () => writer.wake());
  let signals = 0;
  const later: (() => void)[] = [];
  const host = {
    signal: () => {
      signals++;
    },
    later: (callback: () => void) => {
      later.push(callback);
    },
  };
  return { writer, reader, later, open: (call: number) => new Outbox(writer, call, host), signals: () => signals };
}

it('announces rows together with what follows them at once', () => {
  const { open, signals, later, reader } = scene();
  const outbox = open(1);
  outbox.send(FRAME.rowSet, {
    typeOids: [23],
    formats: [0],
    dateStyle: undefined,
    intervalStyle: undefined,
    timeZone: undefined,
  });
  expect(outbox.sendRows(new Uint8Array(100), 0, 100)).toBeUndefined();
  expect(signals()).toBe(0);
  outbox.send(FRAME.result, { kind: 'text', value: 'OK' });
  expect(signals()).toBe(1);
  for (const callback of later) callback();
  expect(signals()).toBe(1);
  expect([reader.next()?.kind, reader.next()?.kind, reader.next()?.kind]).toEqual([
    FRAME.rowSet,
    FRAME.rows,
    FRAME.result,
  ]);
});

it('announces rows that nothing follows', () => {
  const { open, signals, later } = scene();
  expect(open(1).sendRows(new Uint8Array(100), 0, 100)).toBeUndefined();
  for (const callback of later) callback();
  expect(signals()).toBe(1);
});

it('does not announce each of many short runs of rows: a wake-up takes the server longer than to send one', () => {
  const { open, signals, later, reader } = scene();
  const outbox = open(1);
  const chunk = new Uint8Array(8 * 1024);
  for (let runs = 0; runs < 64; runs++) expect(outbox.sendRows(chunk, 0, chunk.length)).toBeUndefined();
  expect(signals()).toBe(4);
  expect(later).toHaveLength(4);
  while (reader.next() !== undefined);
});

it('cuts a payload that no frame can hold', () => {
  const { open, reader } = scene();
  const value = 'x'.repeat(2 * MAX_PAYLOAD);
  open(1).send(FRAME.result, { kind: 'text', value });
  const parts: Uint8Array[] = [];
  const kinds: number[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    parts.push(reader.bytes.slice(frame.start, frame.end));
    kinds.push(frame.kind);
  }
  const unfinished = FRAME.result | TO_BE_CONTINUED;
  expect(kinds).toEqual([unfinished, unfinished, FRAME.result]);
  expect(JSON.parse(new TextDecoder().decode(joinParts(parts)))).toEqual({ kind: 'text', value });
});

it('counts rows as taken when the reader has gone on, when there were none, and when nobody wants them', () => {
  const { open, reader, writer } = scene();
  // A frame that the reader still holds is nobody's rows.
  writer.tryWrite(FRAME.result, 0, new Uint8Array(8), 0, 8);
  reader.next();
  const outbox = open(1);
  expect(outbox.rowsAreTaken).toBe(true);
  expect(outbox.sendRows(new Uint8Array(8), 0, 8)).toBeUndefined();
  expect(outbox.rowsAreTaken).toBe(false);
  reader.next();
  expect(outbox.rowsAreTaken).toBe(false);
  reader.next();
  expect(outbox.rowsAreTaken).toBe(true);
  expect(outbox.sendRows(new Uint8Array(8), 0, 8)).toBeUndefined();
  outbox.abandon();
  expect(outbox.rowsAreTaken).toBe(true);
});

it('holds the sender back while the ring is full, and loses nothing', async () => {
  const { open, reader } = scene();
  const outbox = open(1);
  const chunk = new Uint8Array(64 * 1024).fill(5);
  let sent = 0;
  let received = 0;
  const drain = (): void => {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) received += frame.end - frame.start;
  };
  for (let chunks = 0; chunks < 100; chunks++) {
    const pause = outbox.sendRows(chunk, 0, chunk.length);
    sent += chunk.length;
    if (pause === undefined) continue;
    drain();
    await pause;
  }
  await outbox.flushed();
  drain();
  expect(received).toBe(sent);
});
