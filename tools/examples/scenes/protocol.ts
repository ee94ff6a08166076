// The world around the examples of protocol: a socket that goes nowhere, a writer, and a message of each kind to decode.

import { EventEmitter } from 'node:events';
import * as frontend from '@pg-dblink/protocol';
import {
  answerChallenge,
  backendLimits,
  type Frame,
  FrameReader,
  LocalProtocolError,
  PROTOCOL_3_0,
  receiveServerFirst,
  type ScramChallenged,
  type ScramProof,
  startScramWithNonce,
  Writer,
} from '@pg-dblink/protocol';
import * as backend from '@pg-dblink/protocol/server';

class Socket extends EventEmitter<{ data: [Uint8Array] }> {
  write(_bytes: Uint8Array | string): void {}
  end(_bytes: Uint8Array): void {}
  destroy(_error: Error): void {}
}

export const socket = new Socket();
export const writer = new Writer();
export const reader: FrameReader = new FrameReader(backendLimits());
export const error: unknown = new LocalProtocolError('invalid-state', 'no message has been begun');
export const bytes = new TextEncoder().encode('text');
export const token: Uint8Array = bytes;
export const piece: Uint8Array = bytes;
export const data: Uint8Array = bytes;
export const salt: Uint8Array = new Uint8Array(4);
export const user = 'alice';
export const password = 'pencil';
export const end = 0x16b3800n;
export const clientTime = 0n;
export const serverTime = 0n;
export const backendKeyData = { processId: 42, secretKey: new Uint8Array(4) };

export function answer(..._words: unknown[]): void {}
export function handle(_message: unknown): void {}
export function choose(_mechanisms: readonly string[]): void {}
export function upgrade(_socket: Socket): void {}

// The exchange of RFC 7677, section 3.
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const fromBase64 = (words: string): Uint8Array => Buffer.from(words, 'base64');
export const started = startScramWithNonce('rOprNGfwEbeRWgbNEkqO', { kind: 'unsupported' }, 'user');
const SERVER_FIRST = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
const SERVER_FINAL = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJlsjl95G4=';
export const challenged = receiveServerFirst(started, text(SERVER_FIRST));
export const clientProof = fromBase64('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=');
export const serverSignature = fromBase64(SERVER_FINAL.slice(2));
export const answered = answerChallenge(challenged, { clientProof, serverSignature });
export async function computeProof(_password: string, _challenged: ScramChallenged): Promise<ScramProof> {
  return { clientProof, serverSignature };
}
export function requestFor(subject: string): { readonly data: Uint8Array } {
  return { data: text(subject === 'receiveServerFirst' ? SERVER_FIRST : SERVER_FINAL) };
}

/** What is decoded in an example, by the function that it is of. */
const FROM_SERVER: Readonly<Record<string, (to: Writer) => void>> = {
  decodeBackend: (to) => backend.encodeReadyForQuery(to, { status: 'I' }),
  decodeAuthentication: (to) =>
    backend.encodeAuthentication(to, { type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] }),
  decodeBackendKeyData: (to) => backend.encodeBackendKeyData(to, backendKeyData),
  decodeCommandComplete: (to) => backend.encodeCommandComplete(to, { commandTag: 'INSERT 0 3' }),
  decodeCopyData: (to) => frontend.encodeCopyData(to, { data }),
  decodeCopyResponse: (to) =>
    backend.encodeCopyResponse(to, { type: 'CopyOutResponse', format: 0, columnFormats: [0, 0] }),
  decodeDataRow: (to) => backend.encodeDataRow(to, ['1', null]),
  readDataRow: (to) => backend.encodeDataRow(to, ['1', null]),
  encodeDecodedDataRow: (to) => backend.encodeDataRow(to, ['1', null]),
  decodeBareBackend: (to) => backend.encodeBareBackend(to, { type: 'BindComplete' }),
  decodeCopyDone: (to) => frontend.encodeCopyDone(to),
  decodeErrorResponse: (to) => backend.encodeErrorOrNotice(to, { type: 'ErrorResponse', fields: FIELDS }),
  decodeNoticeResponse: (to) => backend.encodeErrorOrNotice(to, { type: 'NoticeResponse', fields: FIELDS }),
  decodeFunctionCallResponse: (to) => backend.encodeFunctionCallResponse(to, { value: '12' }),
  decodeNegotiateProtocolVersion: (to) =>
    backend.encodeNegotiateProtocolVersion(to, { newestProtocolVersion: PROTOCOL_3_0, unsupportedOptions: [] }),
  decodeNotificationResponse: (to) =>
    backend.encodeNotificationResponse(to, { processId: 42, channel: 'jobs', payload: '7' }),
  decodeParameterDescription: (to) => backend.encodeParameterDescription(to, { parameterTypes: [23] }),
  decodeParameterStatus: (to) => backend.encodeParameterStatus(to, { name: 'client_encoding', value: 'UTF8' }),
  decodeReadyForQuery: (to) => backend.encodeReadyForQuery(to, { status: 'I' }),
  decodeReplicationMessage: (to) => backend.encodePrimaryKeepalive(to, { end, serverTime, replyRequested: true }),
  decodeRowDescription: (to) => backend.encodeRowDescription(to, { fields: [] }),
};
const FROM_CLIENT: Readonly<Record<string, (to: Writer) => void>> = {
  decodeFrontend: (to) => frontend.encodeQuery(to, { sql: 'select 1' }),
  decodeBind: (to) =>
    frontend.encodeBind(to, {
      portal: '',
      statement: '',
      parameterFormats: [],
      parameters: ['42'],
      resultFormats: [],
    }),
  decodeClose: (to) => frontend.encodeClose(to, { target: 'statement', name: 's1' }),
  decodeCopyFail: (to) => frontend.encodeCopyFail(to, { reason: 'the source went away' }),
  decodeDescribe: (to) => frontend.encodeDescribe(to, { target: 'statement', name: 's1' }),
  decodeBareFrontend: (to) => frontend.encodeSync(to),
  decodeExecute: (to) => frontend.encodeExecute(to, { portal: '', maxRows: 0 }),
  decodeFunctionCall: (to) =>
    frontend.encodeFunctionCall(to, { functionOid: 177, argumentFormats: [], arguments: ['7', '5'], resultFormat: 0 }),
  decodeParse: (to) => frontend.encodeParse(to, { name: '', sql: 'select $1', parameterTypes: [25] }),
  decodeGSSResponse: (to) => frontend.encodeGSSResponse(to, { data }),
  decodePasswordMessage: (to) => frontend.encodePasswordMessage(to, { password }),
  decodeQuery: (to) => frontend.encodeQuery(to, { sql: 'select 1' }),
  decodeStandbyMessage: (to) =>
    frontend.encodeStandbyStatusUpdate(to, {
      written: end,
      flushed: end,
      applied: end,
      clientTime,
      replyRequested: false,
    }),
  decodeSASLInitialResponse: (to) =>
    frontend.encodeSASLInitialResponse(to, { mechanism: 'SCRAM-SHA-256', data: text(started.message) }),
  decodeSASLResponse: (to) => frontend.encodeSASLResponse(to, { data: text(answered.message) }),
};
const UNTYPED: Readonly<Record<string, (to: Writer) => void>> = {
  decodeStartupFamily: (to) => frontend.encodeSSLRequest(to),
  decodeCancelRequest: (to) => frontend.encodeCancelRequest(to, backendKeyData),
  decodeGSSENCRequest: (to) => frontend.encodeGSSENCRequest(to),
  decodeSSLRequest: (to) => frontend.encodeSSLRequest(to),
  decodeStartupMessage: (to) =>
    frontend.encodeStartupMessage(to, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', 'alice']]) }),
};
const FIELDS = {
  severity: 'ERROR',
  severityNonlocalized: 'ERROR',
  sqlState: '22012',
  message: 'division by zero',
} as const;

function written(write: ((to: Writer) => void) | undefined, subject: string): Uint8Array {
  if (write === undefined) throw new Error(`there is no message for the example of ${subject}`);
  const to = new Writer();
  write(to);
  return to.take().slice();
}

export function chunkFor(subject: string): Uint8Array {
  if (subject === 'decodeSSLAnswer') return text('S');
  const write = UNTYPED[subject] ?? FROM_CLIENT[subject] ?? FROM_SERVER[subject];
  return written(write ?? FROM_SERVER['decodeReadyForQuery'], subject);
}

/** A message as a reader gives it. */
export function frameFor(subject: string): Frame {
  const limits = subject in FROM_SERVER ? backendLimits() : backend.frontendLimits();
  const from = new FrameReader(limits, subject in UNTYPED ? 'untyped' : 'typed');
  from.push(chunkFor(subject));
  const frame = from.next();
  if (frame === undefined) throw new Error(`the message for the example of ${subject} is not whole`);
  return { ...frame };
}

export const fields = [23, 25];
export const row = frontend.decodeDataRow(frameFor('decodeDataRow'));
