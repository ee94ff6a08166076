import { AuthenticationCode } from '../messages/authentication.ts';
import { BackendTag } from '../tags.ts';
import { bare, named, type TraceLayout } from './layout.ts';
import type { TraceLine } from './line.ts';

/** How libpq prints each message of a server (fe-trace.c). */
export const backendLayouts: ReadonlyMap<number, TraceLayout> = new Map<number, TraceLayout>([
  [BackendTag.ParseComplete, bare('ParseComplete')],
  [BackendTag.BindComplete, bare('BindComplete')],
  [BackendTag.CloseComplete, bare('CloseComplete')],
  [BackendTag.NoData, bare('NoData')],
  [BackendTag.PortalSuspended, bare('PortalSuspended')],
  [BackendTag.EmptyQueryResponse, bare('EmptyQueryResponse')],
  [BackendTag.CopyDone, bare('CopyDone')],
  [BackendTag.CopyData, named('CopyData', (line) => line.rest('varying'))],
  [BackendTag.NotificationResponse, named('NotificationResponse', traceNotification)],
  [BackendTag.CommandComplete, named('CommandComplete', (line) => line.string())],
  [BackendTag.DataRow, named('DataRow', (line) => line.list(() => line.value()))],
  [BackendTag.ErrorResponse, named('ErrorResponse', traceErrorFields)],
  [BackendTag.NoticeResponse, named('NoticeResponse', traceErrorFields)],
  [BackendTag.CopyInResponse, named('CopyInResponse', traceCopyResponse)],
  [BackendTag.CopyOutResponse, named('CopyOutResponse', traceCopyResponse)],
  [BackendTag.CopyBothResponse, named('CopyBothResponse', traceCopyBothResponse)],
  [BackendTag.BackendKeyData, named('BackendKeyData', traceBackendKeyData)],
  [BackendTag.NegotiateProtocolVersion, named('NegotiateProtocolVersion', traceNegotiation)],
  [BackendTag.ParameterStatus, named('ParameterStatus', traceParameterStatus)],
  [BackendTag.ParameterDescription, named('ParameterDescription', (line) => line.list(() => line.int32('varying')))],
  [BackendTag.RowDescription, named('RowDescription', traceRowDescription)],
  [BackendTag.FunctionCallResponse, named('FunctionCallResponse', (line) => line.value())],
  [BackendTag.ReadyForQuery, named('ReadyForQuery', (line) => void line.byte())],
  [BackendTag.Authentication, traceAuthentication],
]);

function traceNotification(line: TraceLine): void {
  line.int32('varying');
  line.string();
  line.string();
}

function traceErrorFields(line: TraceLine): void {
  for (let code = line.byte(); code !== 0; code = line.byte()) {
    line.string('FLR'.includes(String.fromCharCode(code)) ? 'varying' : 'shown');
  }
}

function traceCopyResponse(line: TraceLine): void {
  line.byte();
  line.list(() => line.int16());
}

function traceCopyBothResponse(line: TraceLine): void {
  line.byte();
  while (line.remaining > 0) line.int16();
}

function traceBackendKeyData(line: TraceLine): void {
  line.int32('varying');
  line.int32('secret');
}

function traceNegotiation(line: TraceLine): void {
  line.int32();
  const count = line.int32();
  for (let index = 0; index < count; index += 1) line.string();
}

function traceParameterStatus(line: TraceLine): void {
  line.string();
  line.string();
}

function traceRowDescription(line: TraceLine): void {
  line.list(() => {
    line.string();
    line.int32('varying');
    line.int16();
    line.int32('varying');
    line.int16();
    line.int32();
    line.int16();
  });
}

const authenticationNames: ReadonlyMap<number, string> = new Map([
  [AuthenticationCode.AuthenticationOk, 'AuthenticationOk'],
  [AuthenticationCode.AuthenticationCleartextPassword, 'AuthenticationCleartextPassword'],
  [AuthenticationCode.AuthenticationMD5Password, 'AuthenticationMD5Password'],
  [AuthenticationCode.AuthenticationGSS, 'AuthenticationGSS'],
  [AuthenticationCode.AuthenticationSSPI, 'AuthenticationSSPI'],
]);

const authenticationDataNames: ReadonlyMap<number, string> = new Map([
  [AuthenticationCode.AuthenticationGSSContinue, 'AuthenticationGSSContinue'],
  [AuthenticationCode.AuthenticationSASLContinue, 'AuthenticationSASLContinue'],
  [AuthenticationCode.AuthenticationSASLFinal, 'AuthenticationSASLFinal'],
]);

function traceAuthentication(line: TraceLine): void {
  const code = line.code();
  const dataName = authenticationDataNames.get(code);
  if (dataName !== undefined) {
    line.name(dataName, 'fields');
    line.rest('secret');
  } else if (code === AuthenticationCode.AuthenticationSASL) {
    line.name('AuthenticationSASL', 'fields');
    while (line.string() !== '');
  } else {
    line.name(authenticationNames.get(code) ?? `Unknown authentication message ${code}`, 'bare');
  }
}
