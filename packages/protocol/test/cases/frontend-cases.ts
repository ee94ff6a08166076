import { int16, int32, list, message, string, untypedMessage, utf8, value } from '@pg-dblink/testkit/byte-list';
import fc from 'fast-check';
import {
  encodeBind,
  encodeCancelRequest,
  encodeClose,
  encodeCopyData,
  encodeCopyDone,
  encodeCopyFail,
  encodeDescribe,
  encodeExecute,
  encodeFlush,
  encodeFunctionCall,
  encodeGSSENCRequest,
  encodeGSSResponse,
  encodeParse,
  encodePasswordMessage,
  encodeQuery,
  encodeSASLInitialResponse,
  encodeSASLResponse,
  encodeSSLRequest,
  encodeStartupMessage,
  encodeSync,
  encodeTerminate,
  type Frame,
} from '../../src/index.ts';
import { type AuthenticationAnswer, decodeFrontend, decodeStartupFamily } from '../../src/server.ts';
import {
  bytes,
  formats,
  formattedValues,
  int32s,
  type MessageCase,
  messageCase,
  name,
  oids,
  read,
  secretKeys,
  text,
} from './message-case.ts';

const targets = fc.constantFrom('statement' as const, 'portal' as const);
const targetByte = { statement: [0x53], portal: [0x50] };

function answer(authentication: AuthenticationAnswer['type']): (frame: Frame) => unknown {
  return (frame) => decodeFrontend(frame, { authentication });
}

const first = { reader: 'first', decode: (frame: Frame) => decodeStartupFamily(frame) } as const;
const typed = { reader: 'frontend', decode: (frame: Frame) => decodeFrontend(frame) } as const;

/** The messages without a type byte. */
export const firstCases: readonly MessageCase[] = [
  messageCase({
    ...first,
    name: 'StartupMessage',
    messages: fc.record({
      type: fc.constant('StartupMessage' as const),
      protocolVersion: fc.constantFrom(0x30000, 0x30002, 0x3270f, 0x40000),
      parameters: fc.array(fc.tuple(name, text), { maxLength: 4 }).map((pairs) => new Map(pairs)),
    }),
    encode: encodeStartupMessage,
    build: ({ protocolVersion, parameters }) =>
      untypedMessage(
        int32(protocolVersion),
        [...parameters].flatMap(([key, setting]) => [...string(key), ...string(setting)]),
        [0],
      ),
  }),
  messageCase({
    ...first,
    name: 'SSLRequest',
    messages: fc.constant({ type: 'SSLRequest' }),
    encode: encodeSSLRequest,
    build: () => [0, 0, 0, 8, 4, 210, 22, 47],
  }),
  messageCase({
    ...first,
    name: 'GSSENCRequest',
    messages: fc.constant({ type: 'GSSENCRequest' }),
    encode: encodeGSSENCRequest,
    build: () => [0, 0, 0, 8, 4, 210, 22, 48],
  }),
  messageCase({
    ...first,
    name: 'CancelRequest',
    messages: fc.record({
      type: fc.constant('CancelRequest' as const),
      processId: int32s,
      secretKey: secretKeys,
    }),
    encode: encodeCancelRequest,
    build: ({ processId, secretKey }) => untypedMessage([4, 210, 22, 46], int32(processId), [...secretKey]),
  }),
];

/** The four messages that share the type byte `p`. */
export const answerCases: readonly MessageCase[] = [
  messageCase({
    reader: 'frontend',
    name: 'PasswordMessage',
    messages: fc.record({ type: fc.constant('PasswordMessage' as const), password: text }),
    encode: encodePasswordMessage,
    build: ({ password }) => message('p', string(password)),
    decode: answer('PasswordMessage'),
  }),
  messageCase({
    reader: 'frontend',
    name: 'SASLInitialResponse',
    messages: fc.record({
      type: fc.constant('SASLInitialResponse' as const),
      mechanism: text,
      data: fc.oneof(bytes, fc.constant(null)),
    }),
    encode: encodeSASLInitialResponse,
    build: ({ mechanism, data }) => message('p', string(mechanism), value(data)),
    decode: answer('SASLInitialResponse'),
  }),
  messageCase({
    reader: 'frontend',
    name: 'SASLResponse',
    messages: fc.record({ type: fc.constant('SASLResponse' as const), data: bytes }),
    encode: encodeSASLResponse,
    build: ({ data }) => message('p', [...data]),
    decode: answer('SASLResponse'),
  }),
  messageCase({
    reader: 'frontend',
    name: 'GSSResponse',
    messages: fc.record({ type: fc.constant('GSSResponse' as const), data: bytes }),
    encode: encodeGSSResponse,
    build: ({ data }) => message('p', [...data]),
    decode: answer('GSSResponse'),
  }),
];

/** The messages of a client that has logged in. */
export const typedFrontendCases: readonly MessageCase[] = [
  messageCase({
    ...typed,
    name: 'Query',
    messages: fc.record({ type: fc.constant('Query' as const), sql: text }),
    encode: encodeQuery,
    build: ({ sql }) => message('Q', utf8(sql), [0]),
  }),
  messageCase({
    ...typed,
    name: 'Parse',
    messages: fc.record({
      type: fc.constant('Parse' as const),
      name: text,
      sql: text,
      parameterTypes: fc.array(oids, { maxLength: 5 }),
    }),
    encode: encodeParse,
    build: (parse) => message('P', string(parse.name), string(parse.sql), list(parse.parameterTypes, int32)),
  }),
  messageCase({
    ...typed,
    name: 'Bind',
    messages: fc.record({
      portal: text,
      statement: text,
      input: formattedValues(),
      resultFormats: fc.array(formats, { maxLength: 4 }),
    }),
    encode: (writer, { portal, statement, input, resultFormats }) =>
      encodeBind(writer, {
        portal,
        statement,
        parameterFormats: input.formats,
        parameters: input.values,
        resultFormats,
      }),
    build: ({ portal, statement, input, resultFormats }) =>
      message(
        'B',
        string(portal),
        string(statement),
        list(input.formats, int16),
        list(input.values, value),
        list(resultFormats, int16),
      ),
    decoded: ({ portal, statement, input, resultFormats }) => ({
      type: 'Bind',
      portal,
      statement,
      parameterFormats: input.formats,
      parameters: input.values.map(read),
      resultFormats,
    }),
  }),
  messageCase({
    ...typed,
    name: 'Describe',
    messages: fc.record({ type: fc.constant('Describe' as const), target: targets, name: text }),
    encode: encodeDescribe,
    build: (describe) => message('D', targetByte[describe.target], string(describe.name)),
  }),
  messageCase({
    ...typed,
    name: 'Close',
    messages: fc.record({ type: fc.constant('Close' as const), target: targets, name: text }),
    encode: encodeClose,
    build: (close) => message('C', targetByte[close.target], string(close.name)),
  }),
  messageCase({
    ...typed,
    name: 'Execute',
    messages: fc.record({ type: fc.constant('Execute' as const), portal: text, maxRows: int32s }),
    encode: encodeExecute,
    build: ({ portal, maxRows }) => message('E', string(portal), int32(maxRows)),
  }),
  messageCase({
    ...typed,
    name: 'FunctionCall',
    messages: fc.record({ functionOid: oids, input: formattedValues(), resultFormat: formats }),
    encode: (writer, { functionOid, input, resultFormat }) =>
      encodeFunctionCall(writer, {
        functionOid,
        argumentFormats: input.formats,
        arguments: input.values,
        resultFormat,
      }),
    build: ({ functionOid, input, resultFormat }) =>
      message('F', int32(functionOid), list(input.formats, int16), list(input.values, value), int16(resultFormat)),
    decoded: ({ functionOid, input, resultFormat }) => ({
      type: 'FunctionCall',
      functionOid,
      argumentFormats: input.formats,
      arguments: input.values.map(read),
      resultFormat,
    }),
  }),
  messageCase({
    ...typed,
    name: 'CopyData',
    messages: fc.record({ type: fc.constant('CopyData' as const), data: bytes }),
    encode: encodeCopyData,
    build: ({ data }) => message('d', [...data]),
  }),
  messageCase({
    ...typed,
    name: 'CopyFail',
    messages: fc.record({ type: fc.constant('CopyFail' as const), reason: text }),
    encode: encodeCopyFail,
    build: ({ reason }) => message('f', string(reason)),
  }),
  ...(
    [
      ['CopyDone', 'c', encodeCopyDone],
      ['Sync', 'S', encodeSync],
      ['Flush', 'H', encodeFlush],
      ['Terminate', 'X', encodeTerminate],
    ] as const
  ).map(([type, character, encode]) =>
    messageCase({
      ...typed,
      name: type,
      messages: fc.constant({ type }),
      encode,
      build: () => message(character),
    }),
  ),
];

/** Every message that a client sends. */
export const frontendCases: readonly MessageCase[] = [...firstCases, ...answerCases, ...typedFrontendCases];
