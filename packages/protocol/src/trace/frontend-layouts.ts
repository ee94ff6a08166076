import type { AuthenticationAnswer } from '../frontend.ts';
import { FrontendTag, RequestCode } from '../tags.ts';
import { bare, named, type TraceLayout } from './layout.ts';
import type { TraceLine } from './line.ts';

/** How libpq prints each message of a client (fe-trace.c). */
export const frontendLayouts: ReadonlyMap<number, TraceLayout> = new Map<number, TraceLayout>([
  [FrontendTag.Sync, bare('Sync')],
  [FrontendTag.Flush, bare('Flush')],
  [FrontendTag.Terminate, bare('Terminate')],
  [FrontendTag.CopyDone, bare('CopyDone')],
  [FrontendTag.CopyData, named('CopyData', (line) => line.rest('varying'))],
  [FrontendTag.CopyFail, named('CopyFail', (line) => void line.string())],
  [FrontendTag.Query, named('Query', (line) => void line.string())],
  [FrontendTag.Parse, named('Parse', traceParse)],
  [FrontendTag.Bind, named('Bind', traceBind)],
  [FrontendTag.Describe, named('Describe', traceTarget)],
  [FrontendTag.Close, named('Close', traceTarget)],
  [FrontendTag.Execute, named('Execute', traceExecute)],
  [FrontendTag.FunctionCall, named('FunctionCall', traceFunctionCall)],
]);

/** The layouts of the messages that share the type byte `p`. */
export const answerLayouts: Readonly<Record<AuthenticationAnswer['type'], TraceLayout>> = {
  PasswordMessage: named('PasswordMessage', (line) => void line.string('secret')),
  SASLInitialResponse: named('SASLInitialResponse', (line) => {
    line.string();
    line.value('secret');
  }),
  SASLResponse: named('SASLResponse', (line) => line.rest('secret')),
  GSSResponse: named('GSSResponse', (line) => line.rest('secret')),
};

/** The layout of one of the messages without a type byte, whose version or request code is `code`. */
export function untypedLayout(code: number): TraceLayout {
  switch (code) {
    case RequestCode.SSLRequest:
      return named('SSLRequest', traceCode);
    case RequestCode.GSSENCRequest:
      return named('GSSENCRequest', traceCode);
    case RequestCode.CancelRequest:
      return named('CancelRequest', traceCancelRequest);
    default:
      return named('StartupMessage', traceStartupMessage);
  }
}

function traceCancelRequest(line: TraceLine): void {
  traceCode(line);
  line.int32('varying');
  line.int32('secret');
}

function traceStartupMessage(line: TraceLine): void {
  traceCode(line);
  while (line.parameterFollows()) {
    line.string();
    line.string();
  }
}

/** A version, or a request code, as its two halves. */
function traceCode(line: TraceLine): void {
  line.int16();
  line.int16();
}

function traceParse(line: TraceLine): void {
  line.string();
  line.string();
  line.list(() => line.int32('varying'));
}

function traceBind(line: TraceLine): void {
  line.string();
  line.string();
  line.list(() => line.int16());
  line.list(() => line.value());
  line.list(() => line.int16());
}

function traceTarget(line: TraceLine): void {
  line.byte();
  line.string();
}

function traceExecute(line: TraceLine): void {
  line.string();
  line.int32();
}

function traceFunctionCall(line: TraceLine): void {
  line.int32('varying');
  line.list(() => line.int16());
  line.list(() => line.value());
  line.int16();
}
