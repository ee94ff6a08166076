import { Writer } from '@pg-dblink/protocol';
import {
  encodeBareBackend,
  encodeCommandComplete,
  encodeCopyData,
  encodeCopyDone,
  encodeCopyResponse,
  encodeDataRow,
  encodeErrorOrNotice,
  encodeNotificationResponse,
  encodeParameterDescription,
  encodeParameterStatus,
  encodeReadyForQuery,
  encodeRowDescription,
} from '@pg-dblink/protocol/server';

/** The bytes of messages that a server sends, for tests of the client's side. */
export function backendBytes(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.take();
}

function textField(name: string): Parameters<typeof encodeRowDescription>[1]['fields'][number] {
  return { name, tableOid: 0, columnNumber: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 };
}

function errorBytes(severity: string, sqlState = '22012', message = 'division by zero'): Uint8Array {
  const fields = { severity, severityNonlocalized: severity, sqlState, message };
  return backendBytes((writer) => encodeErrorOrNotice(writer, { type: 'ErrorResponse', fields }));
}

/** One message of every kind that may follow start-up, by the letter that the manual gives it. */
export const MESSAGES: Readonly<Record<string, Uint8Array>> = {
  '1': backendBytes((writer) => encodeBareBackend(writer, { type: 'ParseComplete' })),
  '2': backendBytes((writer) => encodeBareBackend(writer, { type: 'BindComplete' })),
  '3': backendBytes((writer) => encodeBareBackend(writer, { type: 'CloseComplete' })),
  A: backendBytes((writer) => encodeNotificationResponse(writer, { processId: 7, channel: 'c', payload: 'p' })),
  C: backendBytes((writer) => encodeCommandComplete(writer, { commandTag: 'SELECT 1' })),
  D: backendBytes((writer) => encodeDataRow(writer, ['x'])),
  E: errorBytes('ERROR'),
  G: copyResponse('CopyInResponse'),
  H: copyResponse('CopyOutResponse'),
  I: backendBytes((writer) => encodeBareBackend(writer, { type: 'EmptyQueryResponse' })),
  N: notice('hello'),
  S: backendBytes((writer) => encodeParameterStatus(writer, { name: 'TimeZone', value: 'UTC' })),
  T: backendBytes((writer) => encodeRowDescription(writer, { fields: [textField('a')] })),
  W: copyResponse('CopyBothResponse'),
  Z: ready('I'),
  c: backendBytes((writer) => encodeCopyDone(writer)),
  d: backendBytes((writer) => encodeCopyData(writer, { data: new Uint8Array([97, 10]) })),
  n: backendBytes((writer) => encodeBareBackend(writer, { type: 'NoData' })),
  s: backendBytes((writer) => encodeBareBackend(writer, { type: 'PortalSuspended' })),
  t: backendBytes((writer) => encodeParameterDescription(writer, { parameterTypes: [23] })),
};

function copyResponse(type: 'CopyInResponse' | 'CopyOutResponse' | 'CopyBothResponse'): Uint8Array {
  return backendBytes((writer) => encodeCopyResponse(writer, { type, format: 0, columnFormats: [0] }));
}

function notice(message: string): Uint8Array {
  const fields = { severity: 'NOTICE', severityNonlocalized: 'NOTICE', sqlState: '00000', message };
  return backendBytes((writer) => encodeErrorOrNotice(writer, { type: 'NoticeResponse', fields }));
}

export function ready(status: 'I' | 'T' | 'E'): Uint8Array {
  return backendBytes((writer) => encodeReadyForQuery(writer, { status }));
}

export function fatal(message: string): Uint8Array {
  return errorBytes('FATAL', '57P01', message);
}

/** The messages of these letters, one after the other. */
export function say(letters: string): Uint8Array {
  return joined(Array.from(letters, (letter) => MESSAGES[letter] ?? new Uint8Array(0)));
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}
