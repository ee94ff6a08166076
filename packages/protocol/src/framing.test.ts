import { int32 } from '@pg-dblink/testkit/byte-list';
import { expect, test } from 'vitest';
import { isLocalProtocolError, isRemoteProtocolError, type RemoteProtocolErrorCode } from './errors.ts';
import { FrameReader } from './framing.ts';
import { backendLimits, backendStartupLimits, type FrameLimits, frontendLimits } from './limits.ts';

function header(tag: string, length: number): Uint8Array {
  return Uint8Array.of(tag.charCodeAt(0), ...int32(length));
}

function failure(limits: FrameLimits, bytes: Uint8Array): readonly [RemoteProtocolErrorCode | undefined, string] {
  const reader = new FrameReader(limits);
  reader.push(bytes);
  try {
    reader.next();
  } catch (error) {
    if (isRemoteProtocolError(error)) return [error.code, error.message];
    throw error;
  }
  return [undefined, 'accepted'];
}

const backend = backendLimits();
const lost = 'lost synchronization with server: got message type';

test.each([
  ['D', 3, 'invalid-length', `${lost} "D", length 3`],
  ['D', -1, 'invalid-length', `${lost} "D", length -1`],
  ['D', 5, 'invalid-length', `${lost} "D", length 5`],
  ['D', 0x3fffffff, 'message-too-long', `${lost} "D", length 1073741823`],
  ['D', 0x7fffffff, 'message-too-long', `${lost} "D", length 2147483647`],
  ['Z', 4, 'invalid-length', `${lost} "Z", length 4`],
  ['Z', 6, 'message-too-long', `${lost} "Z", length 6`],
  ['1', 5, 'message-too-long', `${lost} "1", length 5`],
  ['T', 1024 * 1024 + 1, 'message-too-long', `${lost} "T", length 1048577`],
  ['t', 6 + 4 * 65_535 + 1, 'message-too-long', `${lost} "t", length 262147`],
  ['?', 4, 'unknown-message', 'unexpected response from server; first received character was "?"'],
  ['\u0007', 4, 'unknown-message', 'unexpected response from server; first received character was "\\x07"'],
  ['\u00ff', 4, 'unknown-message', 'unexpected response from server; first received character was "\\xff"'],
  ['t', 6 + 4 * 65_535, undefined, 'accepted'],
  ['D', 0x3ffffffe, undefined, 'accepted'],
] as const)('a server that sends %j with length %d', (tag, length, code, message) => {
  expect(failure(backend, header(tag, length))).toEqual([code, message]);
});

const expected = 'expected authentication request from server, but received';

test.each([
  ['R', 7, 'invalid-length', 'received invalid authentication request'],
  ['R', 8193, 'message-too-long', 'received invalid authentication request'],
  ['R', 0x7fffffff, 'message-too-long', 'received invalid authentication request'],
  ['v', 11, 'invalid-length', 'received invalid protocol negotiation message'],
  ['v', 0x7fffffff, 'message-too-long', 'received invalid protocol negotiation message'],
  ['S', 20, 'unexpected-message', `${expected} S`],
  ['N', 20, 'unexpected-message', `${expected} N`],
  ['K', 12, 'unexpected-message', `${expected} K`],
  ['H', 20, 'unexpected-message', `${expected} H`],
  ['x', 20, 'unknown-message', `${expected} x`],
  ['E', 30_000, undefined, 'accepted'],
  ['R', 8192, undefined, 'accepted'],
] as const)('before authentication, a server that sends %j with length %d', (tag, length, code, message) => {
  expect(failure(backendStartupLimits(), header(tag, length))).toEqual([code, message]);
});

test('an error in the words of protocol 2 is shown up to its zero byte', () => {
  const text = 'Ecould not fork new process for connection: Cannot allocate memory\n\0more';
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  const message = 'could not fork new process for connection: Cannot allocate memory';
  expect(failure(backendStartupLimits(), bytes)).toEqual(['pre-3.0-error', message]);
});

test('an error in the words of protocol 2 is bounded', () => {
  const bytes = new Uint8Array(100_000).fill(0x45);
  const [code, message] = failure(backendStartupLimits(), bytes);
  expect(code).toBe('pre-3.0-error');
  expect(message.length).toBeLessThan(30_000);
});

test.each([
  ['Q', 4, 'invalid-length', 'invalid message length'],
  ['Q', 0x3fffffff, 'message-too-long', 'invalid message length'],
  ['C', 10_001, 'message-too-long', 'invalid message length'],
  ['S', 5, 'message-too-long', 'invalid message length'],
  ['p', 65_536, 'message-too-long', 'invalid message length'],
  ['a', 4, 'unknown-message', 'invalid frontend message type 97'],
  ['C', 10_000, undefined, 'accepted'],
] as const)('a client that sends %j with length %d', (tag, length, code, message) => {
  expect(failure(frontendLimits(), header(tag, length))).toEqual([code, message]);
});

test.each([
  [7, 'invalid-length'],
  [-1, 'invalid-length'],
  [10_005, 'invalid-length'],
  [8, undefined],
  [10_004, undefined],
])('a startup packet of length %d', (length, code) => {
  const reader = new FrameReader(frontendLimits(), 'untyped');
  reader.push(Uint8Array.from(int32(length)));
  if (code === undefined) expect(reader.next()).toBeUndefined();
  else
    expect(() => reader.next()).toThrow(expect.objectContaining({ code, message: 'invalid length of startup packet' }));
});

test('limits and framing may change between messages', () => {
  const reader = new FrameReader(frontendLimits(), 'untyped');
  reader.push(Uint8Array.of(0, 0, 0, 8, 4, 210, 22, 47, 0x53, 0, 0, 0, 4));
  expect(reader.next()).toMatchObject({ tag: 0, start: 4, end: 8 });
  reader.framing = 'typed';
  reader.limits = frontendLimits({ maxMessageLength: 100 });
  expect(reader.next()).toMatchObject({ tag: 0x53, start: 13, end: 13 });
  expect(reader.next()).toBeUndefined();
  reader.push(header('Q', 101));
  expect(() => reader.next()).toThrow('invalid message length');
});

test('framing does not change inside a message', () => {
  const reader = new FrameReader(frontendLimits(), 'untyped');
  reader.push(Uint8Array.of(0, 0));
  expect(reader.next()).toBeUndefined();
  expect(() => {
    reader.framing = 'typed';
  }).toThrow(expect.toSatisfy(isLocalProtocolError));
});

test('a chunk must be read to its end before the next', () => {
  const reader = new FrameReader(backend);
  reader.push(Uint8Array.of(0x49, 0, 0, 0, 4));
  expect(() => reader.push(Uint8Array.of(1))).toThrow(expect.toSatisfy(isLocalProtocolError));
  expect(reader.next()).toMatchObject({ tag: 0x49 });
  reader.push(Uint8Array.of(0x49));
});

test('what is unread can be detached from the memory of its chunk', () => {
  const reader = new FrameReader(backend);
  const memory = Uint8Array.of(0x49, 0, 0, 0, 4, 0x5a, 0, 0, 0, 5, 0x49, 0x5a);
  reader.push(memory);
  reader.next();
  reader.detach();
  memory.fill(0xff);
  const frame = reader.next();
  expect(frame?.tag).toBe(0x5a);
  expect(frame?.bytes[frame.start]).toBe(0x49);
  expect(reader.next()).toBeUndefined();
  expect(reader.bufferedByteLength).toBe(1);
});

test('a message inside one chunk is a view, and one that straddles is joined once', () => {
  const reader = new FrameReader(backend);
  const chunk = Uint8Array.of(0x49, 0, 0, 0, 4, 0x44, 0, 0, 0, 12, 0, 1);
  reader.push(chunk);
  expect(reader.next()?.bytes).toBe(chunk);
  expect(reader.copiedByteLength).toBe(0);
  expect(reader.next()).toBeUndefined();
  reader.push(Uint8Array.of(0, 0, 0, 2, 7, 8, 0x49, 0, 0, 0, 4));
  const joined = reader.next();
  expect(joined?.bytes.subarray(joined.start - 5, joined.end)).toEqual(
    Uint8Array.of(0x44, 0, 0, 0, 12, 0, 1, 0, 0, 0, 2, 7, 8),
  );
  expect(reader.copiedByteLength).toBe(13);
  expect(reader.next()).toMatchObject({ tag: 0x49 });
});

test('of single bytes only those that complete a header or a message are worth a look', () => {
  const reader = new FrameReader(backend);
  const message = Uint8Array.of(0x44, 0, 0, 0, 12, 0, 1, 0, 0, 0, 2, 7, 8);
  const looked = Array.from(message, (byte, at) => {
    const isWorthALook = reader.push(Uint8Array.of(byte));
    const frame = reader.next();
    expect(frame === undefined || isWorthALook).toBe(true);
    expect(frame?.end).toBe(at === message.length - 1 ? message.length : undefined);
    return isWorthALook;
  });
  expect(looked.lastIndexOf(false)).toBe(message.length - 2);
  expect(looked.filter(Boolean)).toHaveLength(6);
  expect(reader.copiedByteLength).toBe(message.length);
  expect(reader.bufferedByteLength).toBe(0);
});

test('a chunk that completes nothing is taken in at once, and counted as held', () => {
  const reader = new FrameReader(backend);
  const chunk = Uint8Array.of(0x44, 0, 0, 0, 12, 0, 1);
  expect(reader.push(chunk)).toBe(true);
  expect(reader.next()).toBeUndefined();
  const piece = Uint8Array.of(0, 0, 0);
  expect(reader.push(piece)).toBe(false);
  piece.fill(0xff);
  expect(reader.bufferedByteLength).toBe(10);
  expect(reader.next()).toBeUndefined();
  expect(reader.push(Uint8Array.of(2, 7, 8, 0x49, 0, 0, 0, 4))).toBe(true);
  const joined = reader.next();
  expect(joined?.bytes.subarray(joined.start, joined.end)).toEqual(Uint8Array.of(0, 1, 0, 0, 0, 2, 7, 8));
  expect(reader.next()).toMatchObject({ tag: 0x49 });
});

test('a joined message stays as it is while the next one is joined', () => {
  const reader = new FrameReader(backend);
  const kept: Uint8Array[] = [];
  for (const byte of [0x64, 0, 0, 0, 5, 1, 0x64, 0, 0, 0, 5, 2]) {
    reader.push(Uint8Array.of(byte));
    const frame = reader.next();
    if (frame !== undefined) kept.push(frame.bytes.subarray(frame.start, frame.end));
  }
  expect(kept).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
});

test('joined memory that may be reused is, unless it has grown too great to keep', () => {
  const reader = new FrameReader(backend, 'typed', 'reused');
  const join = (byteLength: number): Uint8Array | undefined => {
    reader.push(Uint8Array.of(0x64, ...int32(byteLength + 4)));
    expect(reader.next()).toBeUndefined();
    reader.push(new Uint8Array(byteLength).fill(7));
    const frame = reader.next();
    expect(frame).toMatchObject({ tag: 0x64, start: 5, end: byteLength + 5 });
    const bytes = frame?.bytes;
    expect(reader.next()).toBeUndefined();
    return bytes;
  };
  const first = join(100);
  expect(join(5000)).toBe(first);
  expect(join(10_000)).not.toBe(first);
  expect(join(5 * 1024 * 1024)?.byteLength).toBeGreaterThan(5 * 1024 * 1024);
  expect(reader.allocatedByteLength).toBe(0);
});
