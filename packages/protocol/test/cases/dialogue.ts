import type { AuthenticationAnswer } from '../../src/server.ts';

/** Who speaks. */
export type Side = 'client' | 'server';

/** Where a dialogue stands: which messages are legal now, as the manual's "Message Flow" tells. */
export type Phase =
  | 'first'
  | 'encryption-answer'
  | 'authentication'
  | 'answer-wanted'
  | 'sasl-response-wanted'
  | 'sasl-challenge'
  | 'sasl-outcome'
  | 'starting'
  | 'idle'
  | 'simple'
  | 'simple-rows'
  | 'simple-failed'
  | 'extended'
  | 'skipping'
  | 'copy-in'
  | 'copy-out'
  | 'copy-both'
  | 'copied'
  | 'function'
  | 'ending'
  | 'closed';

/** One legal step: who sends what, and where the dialogue stands then. */
export interface Step {
  readonly side: Side;
  /** The message's type, as decoded. */
  readonly type: string;
  readonly next: Phase;
  /** What the client's next message with the type byte `p` will be. */
  readonly expects?: AuthenticationAnswer['type'];
}

function step(side: Side, type: string, next: Phase, expects?: AuthenticationAnswer['type']): Step {
  return expects === undefined ? { side, type, next } : { side, type, next, expects };
}

/** What the server may say at any time once the client is authenticated. */
function asynchronous(phase: Phase): readonly Step[] {
  return ['NoticeResponse', 'ParameterStatus', 'NotificationResponse'].map((type) => step('server', type, phase));
}

/** The messages of the extended query protocol, which the server answers in order. */
const extendedRequests: readonly Step[] = ['Parse', 'Bind', 'Describe', 'Execute', 'Close', 'Flush', 'Sync'].map(
  (type) => step('client', type, 'extended'),
);

/** The legal steps of each phase; in `extended` the server's follow from what the client has asked, see `answers`. */
export const steps: Readonly<Record<Phase, readonly Step[]>> = {
  first: [
    step('client', 'StartupMessage', 'authentication'),
    step('client', 'SSLRequest', 'encryption-answer'),
    step('client', 'GSSENCRequest', 'encryption-answer'),
    step('client', 'CancelRequest', 'closed'),
  ],
  'encryption-answer': [],
  authentication: [
    step('server', 'NegotiateProtocolVersion', 'authentication'),
    step('server', 'AuthenticationOk', 'starting'),
    step('server', 'AuthenticationCleartextPassword', 'answer-wanted', 'PasswordMessage'),
    step('server', 'AuthenticationMD5Password', 'answer-wanted', 'PasswordMessage'),
    step('server', 'AuthenticationGSS', 'answer-wanted', 'GSSResponse'),
    step('server', 'AuthenticationGSSContinue', 'answer-wanted', 'GSSResponse'),
    step('server', 'AuthenticationSASL', 'sasl-response-wanted', 'SASLInitialResponse'),
    step('server', 'ErrorResponse', 'closed'),
  ],
  'answer-wanted': [
    step('client', 'PasswordMessage', 'authentication'),
    step('client', 'GSSResponse', 'authentication'),
  ],
  'sasl-response-wanted': [
    step('client', 'SASLInitialResponse', 'sasl-challenge'),
    step('client', 'SASLResponse', 'sasl-outcome'),
  ],
  'sasl-challenge': [
    step('server', 'AuthenticationSASLContinue', 'sasl-response-wanted', 'SASLResponse'),
    step('server', 'ErrorResponse', 'closed'),
  ],
  'sasl-outcome': [
    step('server', 'AuthenticationSASLFinal', 'authentication'),
    step('server', 'ErrorResponse', 'closed'),
  ],
  starting: [
    ...asynchronous('starting'),
    step('server', 'BackendKeyData', 'starting'),
    step('server', 'ReadyForQuery', 'idle'),
    step('server', 'ErrorResponse', 'closed'),
  ],
  idle: [
    ...asynchronous('idle'),
    ...extendedRequests,
    step('client', 'Query', 'simple'),
    step('client', 'FunctionCall', 'function'),
    step('client', 'Terminate', 'closed'),
  ],
  simple: [
    ...asynchronous('simple'),
    step('server', 'RowDescription', 'simple-rows'),
    step('server', 'CommandComplete', 'simple'),
    step('server', 'EmptyQueryResponse', 'simple-failed'),
    step('server', 'ErrorResponse', 'simple-failed'),
    step('server', 'CopyInResponse', 'copy-in'),
    step('server', 'CopyOutResponse', 'copy-out'),
    step('server', 'CopyBothResponse', 'copy-both'),
    step('server', 'ReadyForQuery', 'idle'),
  ],
  'simple-rows': [
    ...asynchronous('simple-rows'),
    step('server', 'DataRow', 'simple-rows'),
    step('server', 'DataRow', 'simple-rows'),
    step('server', 'CommandComplete', 'simple'),
    step('server', 'ErrorResponse', 'simple-failed'),
  ],
  'simple-failed': [...asynchronous('simple-failed'), step('server', 'ReadyForQuery', 'idle')],
  extended: extendedRequests,
  skipping: extendedRequests.map(({ side, type }) => step(side, type, type === 'Sync' ? 'extended' : 'skipping')),
  'copy-in': [
    ...asynchronous('copy-in'),
    step('client', 'CopyData', 'copy-in'),
    step('client', 'CopyDone', 'copied'),
    step('client', 'CopyFail', 'simple-failed'),
    step('server', 'ErrorResponse', 'simple-failed'),
  ],
  'copy-out': [
    ...asynchronous('copy-out'),
    step('server', 'CopyData', 'copy-out'),
    step('server', 'CopyDone', 'copied'),
    step('server', 'ErrorResponse', 'simple-failed'),
  ],
  'copy-both': [
    ...asynchronous('copy-both'),
    step('server', 'CopyData', 'copy-both'),
    step('client', 'CopyData', 'copy-both'),
    step('client', 'CopyDone', 'copy-out'),
    step('server', 'CopyDone', 'copy-in'),
  ],
  copied: [...asynchronous('copied'), step('server', 'CommandComplete', 'simple')],
  function: [
    ...asynchronous('function'),
    step('server', 'FunctionCallResponse', 'ending'),
    step('server', 'ErrorResponse', 'ending'),
  ],
  ending: [...asynchronous('ending'), step('server', 'ReadyForQuery', 'idle')],
  closed: [],
};

/**
 * What the server may send in the extended protocol: the answers to the first request that waits, each with what waits
 * then. `after` and `rows` stand for the second half of an answer.
 */
export function answers(
  waiting: readonly string[],
): readonly { readonly step: Step; readonly waiting: readonly string[] }[] {
  const [head, ...rest] = waiting;
  const done = (type: string, left: readonly string[] = rest) => ({
    step: step('server', type, 'extended'),
    waiting: left,
  });
  const failed = {
    step: step('server', 'ErrorResponse', rest.includes('Sync') ? 'extended' : 'skipping'),
    waiting: rest.includes('Sync') ? rest.slice(rest.indexOf('Sync')) : [],
  };
  switch (head) {
    case 'Parse':
      return [done('ParseComplete'), failed];
    case 'Bind':
      return [done('BindComplete'), failed];
    case 'Close':
      return [done('CloseComplete'), failed];
    case 'Describe':
      return [done('RowDescription'), done('NoData'), done('ParameterDescription', ['description', ...rest]), failed];
    case 'description':
      return [done('RowDescription'), done('NoData')];
    case 'Execute':
      return [
        done('DataRow', waiting),
        done('CommandComplete'),
        done('PortalSuspended'),
        done('EmptyQueryResponse'),
        failed,
      ];
    case 'Sync':
      return [{ step: step('server', 'ReadyForQuery', rest.length === 0 ? 'idle' : 'extended'), waiting: rest }];
    default:
      return [];
  }
}
