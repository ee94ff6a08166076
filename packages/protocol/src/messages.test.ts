import { type ByteList, int16, int32, message, string, untypedMessage } from '@pg-dblink/testkit/byte-list';
import { describe, expect, test } from 'vitest';
import { isRemoteProtocolError } from './errors.ts';
import {
  type BackendMessage,
  backendLimits,
  decodeBackend,
  decodeBackendKeyData,
  decodeGSSENCAnswer,
  decodeReplicationMessage,
  decodeSSLAnswer,
  decodeUtf8Strict,
  FrameReader,
  fieldBytes,
  fieldCount,
  fieldText,
  PROTOCOL_3_0,
  readDataRow,
  Writer,
} from './index.ts';
import {
  decodeFrontend,
  decodeStandbyMessage,
  decodeStartupFamily,
  encodeDataRow,
  encodeDecodedDataRow,
  frontendLimits,
} from './server.ts';

function frameOf(bytes: ByteList, reader: FrameReader = new FrameReader(backendLimits())) {
  reader.push(Uint8Array.from(bytes));
  const frame = reader.next();
  if (frame === undefined) throw new Error('no whole message');
  return frame;
}

function backend(bytes: ByteList): BackendMessage {
  return decodeBackend(frameOf(bytes));
}

function failure(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (isRemoteProtocolError(error)) return [error.code, error.message, error.messageType ?? ''];
    throw error;
  }
  return ['accepted'];
}

const disagree = (tag: string) => `message contents do not agree with length in message type "${tag}"`;
const insufficient = (tag: string) => `insufficient data in "${tag}" message`;

describe('a malformed message of a server', () => {
  test.each([
    ['a row whose value is longer than it', message('D', int16(1), int32(5), [1]), 'body-too-short', insufficient('D')],
    ['a row with a negative length', message('D', int16(1), int32(-2)), 'body-too-short', insufficient('D')],
    ['a row with the greatest length', message('D', int16(1), int32(2 ** 31 - 1)), 'body-too-short', insufficient('D')],
    ['a row of 65,535 values in 6 bytes', message('D', int16(65_535), int32(-1)), 'body-too-short', insufficient('D')],
    ['a row with bytes behind it', message('D', int16(0), [1]), 'body-not-consumed', disagree('D')],
    ['65,535 columns in no bytes', message('T', int16(65_535)), 'body-too-short', insufficient('T')],
    [
      'a column name without an end',
      message('T', int16(1), Array(30).fill(65)),
      'unterminated-string',
      insufficient('T'),
    ],
    ['65,535 parameters in no bytes', message('t', int16(65_535)), 'body-too-short', insufficient('t')],
    ['a tag without an end', message('C', [65]), 'unterminated-string', insufficient('C')],
    ['bytes behind a tag', message('C', string('A'), [0]), 'body-not-consumed', disagree('C')],
    ['an error without an end', message('E', [77], string('x')), 'body-too-short', insufficient('E')],
    ['an error field without an end', message('E', [77, 120]), 'unterminated-string', insufficient('E')],
    [
      'a status that does not exist',
      message('Z', [88]),
      'invalid-value',
      'unexpected transaction status in "Z" message',
    ],
    ['an MD5 salt of 3 bytes', message('R', int32(5), [1, 2, 3]), 'body-too-short', insufficient('R')],
    ['an MD5 salt of 5 bytes', message('R', int32(5), [1, 2, 3, 4, 5]), 'body-not-consumed', disagree('R')],
    ['bytes behind AuthenticationOk', message('R', int32(0), [0]), 'body-not-consumed', disagree('R')],
    ['a value shorter than announced', message('V', int32(3), [1]), 'body-too-short', insufficient('V')],
    [
      'a key of no bytes',
      message('K', int32(1)),
      'invalid-value',
      'received invalid BackendKeyData message: cancel key with length 0 is too short (minimum 4 bytes)',
    ],
    [
      'a key of 257 bytes',
      message('K', int32(1), Array(257).fill(1)),
      'invalid-value',
      'received invalid BackendKeyData message: cancel key with length 257 is too long (maximum 256 bytes)',
    ],
    [
      'a negative number of options',
      message('v', int32(196608), int32(-1)),
      'invalid-value',
      'received invalid protocol negotiation message: server reported negative number of unsupported parameters',
    ],
    [
      'more options than bytes',
      message('v', int32(196608), int32(2 ** 31 - 1)),
      'invalid-value',
      'received invalid protocol negotiation message',
    ],
    ['bytes behind the options', message('v', int32(196608), int32(0), [0]), 'body-not-consumed', disagree('v')],
  ])('%s', (_, bytes, code, text) => {
    expect(failure(() => backend(bytes)).slice(0, 2)).toEqual([code, text]);
  });

  test.each([
    ['no mechanism', [0]],
    ['no terminator', string('SCRAM-SHA-256')],
    ['no list', []],
  ])('SASL with %s', (_, list) => {
    expect(failure(() => backend(message('R', int32(10), list)))).toEqual([
      'invalid-value',
      'fe_sendauth: invalid authentication request from server: invalid list of authentication mechanisms',
      'Authentication',
    ]);
  });

  test('a key of 8 bytes in protocol 3.0', () => {
    const frame = frameOf(message('K', int32(1), Array(8).fill(1)));
    expect(decodeBackendKeyData(frame).secretKey.byteLength).toBe(8);
    expect(failure(() => decodeBackendKeyData(frame, PROTOCOL_3_0))[1]).toBe(
      'received invalid BackendKeyData message: cancel key with length 8 not allowed in protocol version 3.0 (must be 4 bytes)',
    );
  });

  test('text that is not UTF-8 is shown as far as it can be, unless the caller is strict', () => {
    const frame = frameOf(message('C', [0xff, 0x41, 0]));
    expect(decodeBackend(frame)).toEqual({ type: 'CommandComplete', commandTag: '\ufffdA' });
    expect(failure(() => decodeBackend(frame, decodeUtf8Strict))[0]).toBe('invalid-text');
  });
});

describe('a malformed message of a client', () => {
  const limits = frontendLimits();
  test.each([
    ['a query without an end', message('Q', [65]), 'unterminated-string', 'invalid string in message'],
    [
      'a query with a zero byte inside',
      message('Q', string('a'), string('b')),
      'body-not-consumed',
      'invalid message format',
    ],
    ['a query that is not UTF-8', message('Q', [0xff, 0]), 'invalid-text', 'invalid byte sequence for encoding "UTF8"'],
    [
      'more parameter types than bytes',
      message('P', [0, 0], int16(65_535)),
      'body-too-short',
      'insufficient data left in message',
    ],
    [
      'a parameter longer than the message',
      message('B', [0, 0], int16(0), int16(1), int32(9), int16(0)),
      'body-too-short',
      'insufficient data left in message',
    ],
    [
      'a parameter of negative length',
      message('B', [0, 0], int16(0), int16(1), int32(-2), int16(0)),
      'body-too-short',
      'insufficient data left in message',
    ],
    ['a Describe of neither', message('D', [88, 0]), 'invalid-value', 'invalid DESCRIBE message subtype 88'],
    ['a Close of neither', message('C', [88, 0]), 'invalid-value', 'invalid CLOSE message subtype 88'],
    [
      'a password after authentication',
      message('p', string('canary')),
      'unexpected-message',
      'invalid frontend message type 112',
    ],
  ])('%s', (_, bytes, code, text) => {
    expect(failure(() => decodeFrontend(frameOf(bytes, new FrameReader(limits)))).slice(0, 2)).toEqual([code, text]);
  });

  const layout = 'invalid startup packet layout: expected terminator as last byte';
  test.each([
    ['no terminator', untypedMessage(int32(196608), string('user'), string('a')), layout],
    ['no parameters and no terminator', untypedMessage(int32(196608)), layout],
    ['bytes behind the terminator', untypedMessage(int32(196608), [0, 0]), 'invalid message format'],
    ['a name without a value', untypedMessage(int32(196608), string('user')), 'invalid string in message'],
    [
      'a cancel key of 3 bytes',
      untypedMessage(int32(80877102), int32(1), [1, 2, 3]),
      'invalid length of query cancel packet',
    ],
    [
      'a cancel key of 257 bytes',
      untypedMessage(int32(80877102), int32(1), Array(257).fill(1)),
      'invalid length of query cancel packet',
    ],
    ['an SSLRequest with bytes behind it', untypedMessage(int32(80877103), [0]), 'invalid message format'],
  ])('a startup packet with %s', (_, bytes, text) => {
    expect(failure(() => decodeStartupFamily(frameOf(bytes, new FrameReader(limits, 'untyped'))))[1]).toBe(text);
  });

  test('of a repeated parameter the last value counts', () => {
    const bytes = untypedMessage(int32(196608), ...['user', 'a', '__proto__', 'x', 'user', 'b'].map(string), [0]);
    expect(decodeStartupFamily(frameOf(bytes, new FrameReader(limits, 'untyped')))).toEqual({
      type: 'StartupMessage',
      protocolVersion: PROTOCOL_3_0,
      parameters: new Map([
        ['user', 'b'],
        ['__proto__', 'x'],
      ]),
    });
  });
});

describe('the one byte that answers a request for encryption', () => {
  const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  test('is all that may have arrived', () => {
    expect(decodeSSLAnswer(ascii(''))).toBeUndefined();
    expect(decodeSSLAnswer(ascii('S'))).toBe('accepted');
    expect(decodeSSLAnswer(ascii('N'))).toBe('refused');
    expect(decodeGSSENCAnswer(ascii('G'))).toBe('accepted');
    for (const text of ['SR', 'NN', 'N\0']) {
      expect(failure(() => decodeSSLAnswer(ascii(text)))[1]).toBe('received unencrypted data after SSL response');
    }
    expect(failure(() => decodeGSSENCAnswer(ascii('Gx')))[1]).toBe(
      'received unencrypted data after GSSAPI encryption response',
    );
  });

  test('may be an error, which is not looked at', () => {
    expect(decodeSSLAnswer(ascii('Erun this command'))).toBe('error');
  });

  test('has no other values', () => {
    expect(failure(() => decodeSSLAnswer(ascii('G')))[1]).toBe('received invalid response to SSL negotiation: G');
    expect(failure(() => decodeSSLAnswer(ascii('\0')))[1]).toBe('received invalid response to SSL negotiation: \\x00');
    expect(failure(() => decodeGSSENCAnswer(ascii('S')))[1]).toBe('received invalid response to GSSAPI negotiation: S');
  });
});

describe('a row', () => {
  const row = backend(message('D', int16(3), int32(2), [0xc3, 0xa9], int32(-1), int32(0)));
  if (row.type !== 'DataRow') throw new Error('not a row');

  test('gives its fields when asked', () => {
    expect(fieldCount(row)).toBe(3);
    expect([0, 1, 2, 3].map((index) => fieldText(row, index))).toEqual(['é', null, '', null]);
    expect([0, 1, 2, -1].map((index) => fieldBytes(row, index))).toEqual([
      Uint8Array.of(0xc3, 0xa9),
      null,
      new Uint8Array(0),
      null,
    ]);
  });

  test('can be written again', () => {
    const writer = new Writer();
    encodeDecodedDataRow(writer, row);
    encodeDataRow(writer, ['é', null, '']);
    const bytes = writer.take();
    expect(bytes.subarray(0, bytes.byteLength / 2)).toEqual(bytes.subarray(bytes.byteLength / 2));
  });

  test('is read without an allocation, whatever room there is', () => {
    const body = Uint8Array.from([...int16(2), ...int32(1), 7, ...int32(-1)]);
    for (const room of [0, 2, 4, 8]) {
      const ranges = new Int32Array(room).fill(99);
      expect(readDataRow(body, 0, body.byteLength, ranges)).toBe(2);
      expect([...ranges]).toEqual([6, 7, -1, -1, 99, 99, 99, 99].slice(0, room));
    }
  });

  test('whose text is not UTF-8 is refused', () => {
    const bad = backend(message('D', int16(1), int32(1), [0xff]));
    expect(failure(() => bad.type === 'DataRow' && fieldText(bad, 0))[0]).toBe('invalid-text');
  });
});

test('an error keeps the last of a repeated field, and passes over what it does not know', () => {
  const bytes = message('E', [77], string('one'), [33], string('odd'), [77], string('two'), [67], string('42601'), [0]);
  expect(backend(bytes)).toEqual({ type: 'ErrorResponse', fields: { message: 'two', sqlState: '42601' } });
});

test('numbers that are unsigned on the wire are read so', () => {
  const description = backend(
    message('T', int16(1), string('a'), int32(2 ** 32 - 1), int16(-1), int32(2 ** 31), int16(-2), int32(-1), int16(1)),
  );
  expect(description).toMatchObject({
    fields: [{ tableOid: 2 ** 32 - 1, columnNumber: -1, typeOid: 2 ** 31, typeSize: -2, typeModifier: -1, format: 1 }],
  });
});

test('replication messages of an unknown kind are refused', () => {
  const frame = frameOf(message('d', [0x7a]));
  expect(failure(() => decodeReplicationMessage(frame))[0]).toBe('invalid-value');
  expect(failure(() => decodeStandbyMessage(frame))[0]).toBe('invalid-value');
  expect(failure(() => decodeReplicationMessage(frameOf(message('d', [0x6b, 1]))))[0]).toBe('body-too-short');
});
