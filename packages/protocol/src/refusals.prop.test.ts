import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeBind,
  encodeCancelRequest,
  encodeClose,
  encodeCopyData,
  encodeCopyFail,
  encodeDescribe,
  encodeExecute,
  encodeFunctionCall,
  encodeParse,
  encodePasswordMessage,
  encodeQuery,
  encodeSASLInitialResponse,
  encodeSASLResponse,
  encodeStartupMessage,
  encodeSync,
  isLocalProtocolError,
  type LocalProtocolErrorCode,
  MAX_MESSAGE_LENGTH,
  PROTOCOL_3_0,
  Writer,
} from './index.ts';
import {
  encodeAuthentication,
  encodeBackendKeyData,
  encodeCommandComplete,
  encodeCopyResponse,
  encodeDataRow,
  encodeErrorOrNotice,
  encodeFunctionCallResponse,
  encodeNegotiateProtocolVersion,
  encodeNotificationResponse,
  encodeParameterDescription,
  encodeParameterStatus,
  encodeRowDescription,
} from './server.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const sync = [0x53, 0, 0, 0, 4];

/** The refusal leaves the messages before it, and nothing of itself; the writer goes on. */
function expectRefusal(encode: (writer: Writer) => void, codes: readonly LocalProtocolErrorCode[]): void {
  const writer = new Writer();
  encodeSync(writer);
  try {
    encode(writer);
  } catch (error) {
    if (!isLocalProtocolError(error)) throw error;
    expect(codes).toContain(error.code);
    expect(writer.byteLength).toBe(5);
    encodeSync(writer);
    expect(Array.from(writer.take())).toEqual([...sync, ...sync]);
    return;
  }
  expect.unreachable('the message was not refused');
}

const field = { tableOid: 0, columnNumber: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 };
const bind = { portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats: [] };

/** Every place where a message carries a String. */
const strings: readonly (readonly [string, (writer: Writer, text: string) => void])[] = [
  [
    'StartupMessage name',
    (w, t) => encodeStartupMessage(w, { protocolVersion: PROTOCOL_3_0, parameters: new Map([[t, 'x']]) }),
  ],
  [
    'StartupMessage value',
    (w, t) => encodeStartupMessage(w, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', t]]) }),
  ],
  ['PasswordMessage', (w, password) => encodePasswordMessage(w, { password })],
  ['SASLInitialResponse', (w, mechanism) => encodeSASLInitialResponse(w, { mechanism, data: null })],
  ['Query', (w, sql) => encodeQuery(w, { sql })],
  ['Parse name', (w, name) => encodeParse(w, { name, sql: '', parameterTypes: [] })],
  ['Parse text', (w, sql) => encodeParse(w, { name: '', sql, parameterTypes: [] })],
  ['Bind portal', (w, portal) => encodeBind(w, { ...bind, portal })],
  ['Bind statement', (w, statement) => encodeBind(w, { ...bind, statement })],
  ['Describe', (w, name) => encodeDescribe(w, { target: 'portal', name })],
  ['Close', (w, name) => encodeClose(w, { target: 'statement', name })],
  ['Execute', (w, portal) => encodeExecute(w, { portal, maxRows: 0 })],
  ['CopyFail', (w, reason) => encodeCopyFail(w, { reason })],
  ['AuthenticationSASL', (w, t) => encodeAuthentication(w, { type: 'AuthenticationSASL', mechanisms: ['A', t] })],
  [
    'NegotiateProtocolVersion',
    (w, t) => encodeNegotiateProtocolVersion(w, { newestProtocolVersion: 0, unsupportedOptions: [t] }),
  ],
  ['ParameterStatus name', (w, name) => encodeParameterStatus(w, { name, value: '' })],
  ['ParameterStatus value', (w, value) => encodeParameterStatus(w, { name: '', value })],
  [
    'NotificationResponse channel',
    (w, channel) => encodeNotificationResponse(w, { processId: 1, channel, payload: '' }),
  ],
  [
    'NotificationResponse payload',
    (w, payload) => encodeNotificationResponse(w, { processId: 1, channel: '', payload }),
  ],
  ['CommandComplete', (w, commandTag) => encodeCommandComplete(w, { commandTag })],
  ['RowDescription', (w, name) => encodeRowDescription(w, { fields: [{ ...field, name }] })],
  ['ErrorResponse', (w, message) => encodeErrorOrNotice(w, { type: 'ErrorResponse', fields: { message } })],
];

const texts = fc.string({ unit: 'binary', maxLength: 80 }).map((text) => text.replaceAll('\0', ''));
const halves = fc.integer({ min: 0xd800, max: 0xdfff }).map((unit) => String.fromCharCode(unit));

describe('a zero byte in a String is refused', () => {
  test.each(strings)('%s', (_, encode) => {
    fc.assert(
      fc.property(texts, texts, (before, after) =>
        expectRefusal((writer) => encode(writer, `${before}\0${after}`), ['nul-in-string']),
      ),
      { numRuns },
    );
  });
});

/** Where text stands behind a length instead of before a zero byte. */
const values: typeof strings = [
  ['Bind parameter', (w, text) => encodeBind(w, { ...bind, parameters: ['1', text] })],
  [
    'FunctionCall argument',
    (w, text) => encodeFunctionCall(w, { functionOid: 1, argumentFormats: [], arguments: [text], resultFormat: 0 }),
  ],
  ['DataRow value', (w, text) => encodeDataRow(w, [null, text])],
  ['FunctionCallResponse value', (w, value) => encodeFunctionCallResponse(w, { value })],
];

describe('a lone surrogate is refused', () => {
  test.each([...strings, ...values])('%s', (_, encode) => {
    fc.assert(
      // A character on each side keeps the half from meeting its other half.
      fc.property(texts, halves, texts, (before, half, after) =>
        expectRefusal((writer) => encode(writer, `${before}.${half}.${after}`), ['lone-surrogate']),
      ),
      { numRuns },
    );
  });
});

/** Every count that is an Int16 on the wire. */
const counts: readonly (readonly [string, (writer: Writer, count: number) => void])[] = [
  [
    'Parse types',
    (w, count) => encodeParse(w, { name: '', sql: '', parameterTypes: new Array<number>(count).fill(0) }),
  ],
  ['Bind parameters', (w, count) => encodeBind(w, { ...bind, parameters: new Array<null>(count).fill(null) })],
  ['Bind result formats', (w, count) => encodeBind(w, { ...bind, resultFormats: new Array<number>(count).fill(0) })],
  [
    'FunctionCall arguments',
    (w, count) =>
      encodeFunctionCall(w, {
        functionOid: 1,
        argumentFormats: [],
        arguments: new Array<null>(count).fill(null),
        resultFormat: 0,
      }),
  ],
  ['DataRow values', (w, count) => encodeDataRow(w, new Array<null>(count).fill(null))],
  [
    'RowDescription fields',
    (w, count) => encodeRowDescription(w, { fields: new Array(count).fill({ ...field, name: '' }) }),
  ],
  [
    'ParameterDescription types',
    (w, count) => encodeParameterDescription(w, { parameterTypes: new Array<number>(count).fill(0) }),
  ],
  [
    'CopyInResponse columns',
    (w, count) =>
      encodeCopyResponse(w, { type: 'CopyInResponse', format: 0, columnFormats: new Array<number>(count).fill(0) }),
  ],
];

describe('65,535 of anything fit, and no more', () => {
  test.each(counts)('%s', (_, encode) => {
    const writer = new Writer();
    encode(writer, 65_535);
    expect(writer.byteLength).toBeGreaterThan(65_535);
    for (const count of [65_536, 65_537, 70_000, 131_072]) {
      expectRefusal((target) => encode(target, count), ['too-many-values']);
    }
  });
});

/** Bytes that only claim to be many. */
function claiming(byteLength: number): Uint8Array {
  return Object.defineProperty(new Uint8Array(4), 'byteLength', { value: byteLength });
}

/** Every place where a message carries bytes. */
const blobs: readonly (readonly [string, (writer: Writer, bytes: Uint8Array) => void])[] = [
  ['Bind parameter', (w, bytes) => encodeBind(w, { ...bind, parameters: ['1', bytes] })],
  [
    'FunctionCall argument',
    (w, bytes) => encodeFunctionCall(w, { functionOid: 1, argumentFormats: [], arguments: [bytes], resultFormat: 0 }),
  ],
  ['DataRow value', (w, bytes) => encodeDataRow(w, [null, bytes])],
  ['FunctionCallResponse value', (w, value) => encodeFunctionCallResponse(w, { value })],
  ['CopyData', (w, data) => encodeCopyData(w, { data })],
  ['SASLResponse', (w, data) => encodeSASLResponse(w, { data })],
  ['SASLInitialResponse', (w, data) => encodeSASLInitialResponse(w, { mechanism: 'X', data })],
];

describe('a value whose message would pass the limit is refused before it is written', () => {
  const lengths = fc.oneof(
    fc.integer({ min: MAX_MESSAGE_LENGTH, max: 2 ** 31 }),
    fc.integer({ min: 2 ** 31, max: 2 ** 53 - 1 }),
    fc.constantFrom(MAX_MESSAGE_LENGTH - 3, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 5),
  );
  test.each(blobs)('%s', (_, encode) => {
    fc.assert(
      fc.property(lengths, (byteLength) =>
        expectRefusal((writer) => encode(writer, claiming(byteLength)), ['message-too-long']),
      ),
      { numRuns },
    );
  });
});

test('a cancel key of fewer than 4 or more than 256 bytes is refused', () => {
  for (const byteLength of [0, 3, 257, 1000]) {
    const message = { processId: 1, secretKey: new Uint8Array(byteLength) };
    expectRefusal((writer) => encodeCancelRequest(writer, message), ['value-out-of-range']);
    expectRefusal((writer) => encodeBackendKeyData(writer, message), ['value-out-of-range']);
  }
});

/** Every number that could be written as another one. */
const numbers: readonly (readonly [string, number, number, (writer: Writer, value: number) => void])[] = [
  ['Execute', -(2 ** 31), 2 ** 31 - 1, (w, maxRows) => encodeExecute(w, { portal: '', maxRows })],
  ['Parse type', 0, 2 ** 32 - 1, (w, type) => encodeParse(w, { name: '', sql: '', parameterTypes: [type] })],
  ['Bind format', -(2 ** 15), 2 ** 15 - 1, (w, format) => encodeBind(w, { ...bind, resultFormats: [format] })],
  [
    'CopyInResponse',
    -128,
    127,
    (w, format) => encodeCopyResponse(w, { type: 'CopyInResponse', format, columnFormats: [] }),
  ],
];

describe('a number that its field cannot hold is refused', () => {
  test.each(numbers)('%s', (_, least, greatest, encode) => {
    const outside = fc.oneof(
      fc.double().filter((value) => !Number.isInteger(value) || value < least || value > greatest),
      fc.constantFrom(least - 1, greatest + 1, Number.NaN, Number.POSITIVE_INFINITY, 0.5),
    );
    fc.assert(
      fc.property(outside, (value) => expectRefusal((writer) => encode(writer, value), ['value-out-of-range'])),
      { numRuns },
    );
  });
});
