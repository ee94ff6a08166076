import { type ByteList, int16, int32, int64, list, message, string, value } from '@pg-dblink/testkit/byte-list';
import fc from 'fast-check';
import {
  type Authentication,
  AuthenticationCode,
  type DataRow,
  decodeBackend,
  decodeReplicationMessage,
  ErrorFieldCode,
  type ErrorFields,
  encodeHotStandbyFeedback,
  encodeStandbyStatusUpdate,
  type Frame,
  fieldBytes,
  fieldCount,
} from '../../src/index.ts';
import {
  decodeStandbyMessage,
  encodeAuthentication,
  encodeBackendKeyData,
  encodeBareBackend,
  encodeCommandComplete,
  encodeCopyData,
  encodeCopyDone,
  encodeCopyResponse,
  encodeDataRow,
  encodeErrorOrNotice,
  encodeFunctionCallResponse,
  encodeNegotiateProtocolVersion,
  encodeNotificationResponse,
  encodeParameterDescription,
  encodeParameterStatus,
  encodePrimaryKeepalive,
  encodeReadyForQuery,
  encodeRowDescription,
  encodeXLogData,
} from '../../src/server.ts';
import {
  bytes,
  formats,
  int16s,
  int32s,
  type MessageCase,
  messageCase,
  name,
  oids,
  read,
  secretKeys,
  text,
  values,
} from './message-case.ts';

const backend = { reader: 'backend', decode: (frame: Frame) => decodeBackend(frame) } as const;

const authentications: fc.Arbitrary<Authentication> = fc.oneof(
  fc.record({
    type: fc.constantFrom(
      'AuthenticationOk' as const,
      'AuthenticationKerberosV4' as const,
      'AuthenticationKerberosV5' as const,
      'AuthenticationCleartextPassword' as const,
      'AuthenticationSCMCredential' as const,
      'AuthenticationGSS' as const,
      'AuthenticationSSPI' as const,
    ),
  }),
  fc.record({
    type: fc.constant('AuthenticationMD5Password' as const),
    salt: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constant('AuthenticationCryptPassword' as const),
    salt: fc.uint8Array({ minLength: 2, maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('AuthenticationSASL' as const),
    mechanisms: fc.array(name, { minLength: 1, maxLength: 4 }),
  }),
  fc.record({
    type: fc.constantFrom(
      'AuthenticationGSSContinue' as const,
      'AuthenticationSASLContinue' as const,
      'AuthenticationSASLFinal' as const,
    ),
    data: bytes,
  }),
  fc.record({
    type: fc.constant('AuthenticationUnknown' as const),
    code: fc.integer({ min: 13, max: 0xffffffff }),
    data: bytes,
  }),
);

function authenticationBytes(request: Authentication): ByteList {
  switch (request.type) {
    case 'AuthenticationUnknown':
      return [...int32(request.code), ...request.data];
    case 'AuthenticationMD5Password':
    case 'AuthenticationCryptPassword':
      return [...int32(AuthenticationCode[request.type]), ...request.salt];
    case 'AuthenticationSASL':
      return [...int32(10), ...request.mechanisms.flatMap(string), 0];
    case 'AuthenticationGSSContinue':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      return [...int32(AuthenticationCode[request.type]), ...request.data];
    default:
      return int32(AuthenticationCode[request.type]);
  }
}

const errorNames = Object.keys(ErrorFieldCode) as (keyof ErrorFields)[];
const errorFields: fc.Arbitrary<ErrorFields> = fc
  .uniqueArray(fc.tuple(fc.nat({ max: errorNames.length - 1 }), text), { selector: ([index]) => index, maxLength: 18 })
  .map((fields) =>
    Object.fromEntries(
      fields.sort(([left], [right]) => left - right).map(([index, entry]) => [errorNames[index], entry]),
    ),
  );

const fieldDescriptions = fc.record({
  name: text,
  tableOid: oids,
  columnNumber: int16s,
  typeOid: oids,
  typeSize: int16s,
  typeModifier: int32s,
  format: int16s,
});

function replaceDataRow(message: unknown): unknown {
  const row = message as DataRow;
  return Array.from({ length: fieldCount(row) }, (_, index) => fieldBytes(row, index));
}

/** Every message that a server sends. */
export const backendCases: readonly MessageCase[] = [
  messageCase({
    ...backend,
    name: 'Authentication',
    messages: authentications,
    encode: encodeAuthentication,
    build: (request) => message('R', authenticationBytes(request)),
  }),
  messageCase({
    ...backend,
    name: 'BackendKeyData',
    messages: fc.record({ type: fc.constant('BackendKeyData' as const), processId: int32s, secretKey: secretKeys }),
    encode: encodeBackendKeyData,
    build: ({ processId, secretKey }) => message('K', int32(processId), [...secretKey]),
  }),
  messageCase({
    ...backend,
    name: 'NegotiateProtocolVersion',
    messages: fc.record({
      type: fc.constant('NegotiateProtocolVersion' as const),
      newestProtocolVersion: int32s,
      unsupportedOptions: fc.array(text, { maxLength: 4 }),
    }),
    encode: encodeNegotiateProtocolVersion,
    build: ({ newestProtocolVersion, unsupportedOptions: options }) =>
      message('v', int32(newestProtocolVersion), int32(options.length), options.flatMap(string)),
  }),
  messageCase({
    ...backend,
    name: 'ParameterStatus',
    messages: fc.record({ type: fc.constant('ParameterStatus' as const), name: text, value: text }),
    encode: encodeParameterStatus,
    build: (status) => message('S', string(status.name), string(status.value)),
  }),
  messageCase({
    ...backend,
    name: 'ReadyForQuery',
    messages: fc.record({
      type: fc.constant('ReadyForQuery' as const),
      status: fc.constantFrom('I' as const, 'T' as const, 'E' as const),
    }),
    encode: encodeReadyForQuery,
    build: ({ status }) => message('Z', [status.charCodeAt(0)]),
  }),
  messageCase({
    ...backend,
    name: 'RowDescription',
    messages: fc.record({
      type: fc.constant('RowDescription' as const),
      fields: fc.array(fieldDescriptions, { maxLength: 4 }),
    }),
    encode: encodeRowDescription,
    build: ({ fields }) =>
      message(
        'T',
        list(fields, (field) => [
          ...string(field.name),
          ...int32(field.tableOid),
          ...int16(field.columnNumber),
          ...int32(field.typeOid),
          ...int16(field.typeSize),
          ...int32(field.typeModifier),
          ...int16(field.format),
        ]),
      ),
  }),
  messageCase({
    reader: 'backend',
    name: 'DataRow',
    messages: fc.array(values, { maxLength: 6 }),
    encode: encodeDataRow,
    build: (row) => message('D', list(row, value)),
    decode: (frame) => replaceDataRow(decodeBackend(frame)),
    decoded: (row) => row.map(read),
  }),
  messageCase({
    ...backend,
    name: 'CommandComplete',
    messages: fc.record({ type: fc.constant('CommandComplete' as const), commandTag: text }),
    encode: encodeCommandComplete,
    build: ({ commandTag }) => message('C', string(commandTag)),
  }),
  messageCase({
    ...backend,
    name: 'ErrorResponse and NoticeResponse',
    messages: fc.record({
      type: fc.constantFrom('ErrorResponse' as const, 'NoticeResponse' as const),
      fields: errorFields,
    }),
    encode: encodeErrorOrNotice,
    build: ({ type, fields }) =>
      message(
        type === 'ErrorResponse' ? 'E' : 'N',
        errorNames.flatMap((field) => {
          const entry = fields[field];
          return entry === undefined ? [] : [ErrorFieldCode[field].charCodeAt(0), ...string(entry)];
        }),
        [0],
      ),
  }),
  messageCase({
    ...backend,
    name: 'NotificationResponse',
    messages: fc.record({
      type: fc.constant('NotificationResponse' as const),
      processId: int32s,
      channel: text,
      payload: text,
    }),
    encode: encodeNotificationResponse,
    build: ({ processId, channel, payload }) => message('A', int32(processId), string(channel), string(payload)),
  }),
  messageCase({
    ...backend,
    name: 'ParameterDescription',
    messages: fc.record({
      type: fc.constant('ParameterDescription' as const),
      parameterTypes: fc.array(oids, { maxLength: 6 }),
    }),
    encode: encodeParameterDescription,
    build: ({ parameterTypes }) => message('t', list(parameterTypes, int32)),
  }),
  messageCase({
    ...backend,
    name: 'the copy responses',
    messages: fc.record({
      type: fc.constantFrom('CopyInResponse' as const, 'CopyOutResponse' as const, 'CopyBothResponse' as const),
      format: fc.integer({ min: -128, max: 127 }),
      columnFormats: fc.array(formats, { maxLength: 6 }),
    }),
    encode: encodeCopyResponse,
    build: ({ type, format, columnFormats }) =>
      message(
        { CopyInResponse: 'G', CopyOutResponse: 'H', CopyBothResponse: 'W' }[type],
        [(format + 256) % 256],
        list(columnFormats, int16),
      ),
  }),
  messageCase({
    ...backend,
    name: 'CopyData',
    messages: fc.record({ type: fc.constant('CopyData' as const), data: bytes }),
    encode: encodeCopyData,
    build: ({ data }) => message('d', [...data]),
  }),
  messageCase({
    ...backend,
    name: 'FunctionCallResponse',
    messages: values,
    encode: (writer, result) => encodeFunctionCallResponse(writer, { value: result }),
    build: (result) => message('V', value(result)),
    decoded: (result) => ({ type: 'FunctionCallResponse', value: read(result) }),
  }),
  messageCase({
    ...backend,
    name: 'CopyDone',
    messages: fc.constant({ type: 'CopyDone' }),
    encode: encodeCopyDone,
    build: () => message('c'),
  }),
  ...(
    [
      ['ParseComplete', '1'],
      ['BindComplete', '2'],
      ['CloseComplete', '3'],
      ['NoData', 'n'],
      ['PortalSuspended', 's'],
      ['EmptyQueryResponse', 'I'],
    ] as const
  ).map(([type, character]) =>
    messageCase({
      ...backend,
      name: type,
      messages: fc.constant({ type }),
      encode: encodeBareBackend,
      build: () => message(character),
    }),
  ),
];

const positions = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const times = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

/** What travels inside CopyData on a replication connection. */
export const replicationCases: readonly MessageCase[] = [
  messageCase({
    reader: 'backend',
    name: 'XLogData',
    messages: fc.record({
      type: fc.constant('XLogData' as const),
      start: positions,
      end: positions,
      serverTime: times,
      data: bytes,
    }),
    encode: encodeXLogData,
    build: (log) => message('d', [0x77], int64(log.start), int64(log.end), int64(log.serverTime), [...log.data]),
    decode: decodeReplicationMessage,
  }),
  messageCase({
    reader: 'backend',
    name: 'PrimaryKeepalive',
    messages: fc.record({
      type: fc.constant('PrimaryKeepalive' as const),
      end: positions,
      serverTime: times,
      replyRequested: fc.boolean(),
    }),
    encode: encodePrimaryKeepalive,
    build: (keepalive) =>
      message('d', [0x6b], int64(keepalive.end), int64(keepalive.serverTime), [keepalive.replyRequested ? 1 : 0]),
    decode: decodeReplicationMessage,
  }),
  messageCase({
    reader: 'frontend',
    name: 'StandbyStatusUpdate',
    messages: fc.record({
      type: fc.constant('StandbyStatusUpdate' as const),
      written: positions,
      flushed: positions,
      applied: positions,
      clientTime: times,
      replyRequested: fc.boolean(),
    }),
    encode: encodeStandbyStatusUpdate,
    build: ({ written, flushed, applied, clientTime, replyRequested }) =>
      message('d', [0x72], ...[written, flushed, applied, clientTime].map(int64), [replyRequested ? 1 : 0]),
    decode: decodeStandbyMessage,
  }),
  messageCase({
    reader: 'frontend',
    name: 'HotStandbyFeedback',
    messages: fc.record({
      type: fc.constant('HotStandbyFeedback' as const),
      clientTime: times,
      xmin: oids,
      xminEpoch: oids,
      catalogXmin: oids,
      catalogXminEpoch: oids,
    }),
    encode: encodeHotStandbyFeedback,
    build: ({ clientTime, xmin, xminEpoch, catalogXmin, catalogXminEpoch }) =>
      message('d', [0x68], int64(clientTime), ...[xmin, xminEpoch, catalogXmin, catalogXminEpoch].map(int32)),
    decode: decodeStandbyMessage,
  }),
];
