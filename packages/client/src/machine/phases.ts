import { BackendTag } from '@pg-dblink/protocol';

/**
 * Theory of operation
 * ===================
 *
 * From the first ReadyForQuery on, everything that decides which message is legal lives in this file; this file knows
 * nothing of sinks, promises or sockets.
 *
 * A request is a row of *steps*: what we sent, in order, each of which the server answers in order (manual: "Message
 * Flow"). A simple query is one step. An extended one is `parse bind describe-portal execute sync`. Requests stand in
 * a queue; the step at its head is the only one that a message may belong to. That one rule stops a server that
 * answers what was not asked, twice, or in another order.
 *
 *     step                 begins in phase        answered by
 *     simple               simple-start           (T D* C | C | I | copy)+ Z, an E ends it early
 *     parse                parse                  1
 *     bind                 bind                   2
 *     describe-statement   describe-statement     t, then T or n
 *     describe-portal      describe-portal        T or n
 *     execute              execute                D* then C, I or s, or a copy and C
 *     close                close                  3
 *     sync                 sync                   Z
 *
 * The phase says where inside a step we are. TRANSITIONS maps phase × message to a *move*:
 *
 *     another phase   the step goes on there
 *     next            the step is done: take the next step, or be idle
 *     skip            ErrorResponse in extended query: the server ignores all up to the next Sync, so do we
 *
 * What is in no row is a violation, and the connection is finished. Three messages stand outside the table because
 * they may come at any time: ParameterStatus, NoticeResponse, NotificationResponse. ErrorResponse while idle is legal,
 * too, but only as the server's last words.
 *
 * Two things do not fit a table and are next to it in machine.ts: DataRow in a simple query must agree with the
 * RowDescription before it, and a copy that nobody handles is answered at once (CopyFail) or drained.
 */
export type Phase =
  | 'idle'
  | 'simple-start'
  | 'simple'
  | 'simple-rows'
  | 'simple-failed'
  | 'simple-copy-in'
  | 'simple-copy-out'
  | 'simple-copy-both'
  | 'simple-copy-ended'
  | 'parse'
  | 'bind'
  | 'describe-statement'
  | 'describe-statement-rows'
  | 'describe-portal'
  | 'execute'
  | 'execute-copy-in'
  | 'execute-copy-out'
  | 'execute-copy-ended'
  | 'close'
  | 'sync'
  | 'aborted'
  | 'closed';

/** What we sent and what a server answers one by one. */
export type StepKind =
  | 'simple'
  | 'parse'
  | 'bind'
  | 'describe-statement'
  | 'describe-portal'
  | 'execute'
  | 'close'
  | 'sync';

/** What a message does to the step at the head of the queue. */
export type Move = Phase | 'next' | 'skip';

/** The phase in which a step begins to wait. */
export const FIRST_PHASE: Readonly<Record<StepKind, Phase>> = {
  simple: 'simple-start',
  parse: 'parse',
  bind: 'bind',
  'describe-statement': 'describe-statement',
  'describe-portal': 'describe-portal',
  execute: 'execute',
  close: 'close',
  sync: 'sync',
};

const {
  ReadyForQuery,
  RowDescription,
  DataRow,
  CommandComplete,
  EmptyQueryResponse,
  ErrorResponse,
  ParseComplete,
  BindComplete,
  CloseComplete,
  NoData,
  PortalSuspended,
  ParameterDescription,
  CopyInResponse,
  CopyOutResponse,
  CopyBothResponse,
  CopyData,
  CopyDone,
} = BackendTag;

type Row = Readonly<Partial<Record<number, Move>>>;

/** How the results of a simple query begin; ReadyForQuery is legal only after at least one of them. */
const SIMPLE_RESULTS: Row = {
  [RowDescription]: 'simple-rows',
  [CommandComplete]: 'simple',
  [EmptyQueryResponse]: 'simple',
  [CopyInResponse]: 'simple-copy-in',
  [CopyOutResponse]: 'simple-copy-out',
  [CopyBothResponse]: 'simple-copy-both',
  [ErrorResponse]: 'simple-failed',
};

/** Phase × message → move. */
export const TRANSITIONS: Readonly<Record<Phase, Row>> = {
  idle: { [ErrorResponse]: 'idle' },

  'simple-start': SIMPLE_RESULTS,
  simple: { ...SIMPLE_RESULTS, [ReadyForQuery]: 'next' },
  'simple-rows': { [DataRow]: 'simple-rows', [CommandComplete]: 'simple', [ErrorResponse]: 'simple-failed' },
  // A session that is being terminated may say so after the statement's own error.
  'simple-failed': { [ReadyForQuery]: 'next', [ErrorResponse]: 'simple-failed' },
  // Our own CopyDone or CopyFail moves on to simple-copy-ended; until then only bad data ends it.
  'simple-copy-in': { [ErrorResponse]: 'simple-failed' },
  'simple-copy-out': {
    [CopyData]: 'simple-copy-out',
    [CopyDone]: 'simple-copy-ended',
    [ErrorResponse]: 'simple-failed',
  },
  'simple-copy-both': {
    [CopyData]: 'simple-copy-both',
    [CopyDone]: 'simple-copy-ended',
    [ErrorResponse]: 'simple-failed',
  },
  // RowDescription: at the end of a timeline replication tells the next one before it completes.
  'simple-copy-ended': {
    [CommandComplete]: 'simple',
    [RowDescription]: 'simple-rows',
    [ErrorResponse]: 'simple-failed',
  },

  parse: { [ParseComplete]: 'next', [ErrorResponse]: 'skip' },
  bind: { [BindComplete]: 'next', [ErrorResponse]: 'skip' },
  'describe-statement': { [ParameterDescription]: 'describe-statement-rows', [ErrorResponse]: 'skip' },
  'describe-statement-rows': { [RowDescription]: 'next', [NoData]: 'next', [ErrorResponse]: 'skip' },
  'describe-portal': { [RowDescription]: 'next', [NoData]: 'next', [ErrorResponse]: 'skip' },
  execute: {
    [DataRow]: 'execute',
    [CommandComplete]: 'next',
    [EmptyQueryResponse]: 'next',
    [PortalSuspended]: 'next',
    [CopyInResponse]: 'execute-copy-in',
    [CopyOutResponse]: 'execute-copy-out',
    [ErrorResponse]: 'skip',
  },
  'execute-copy-in': { [ErrorResponse]: 'skip' },
  'execute-copy-out': {
    [CopyData]: 'execute-copy-out',
    [CopyDone]: 'execute-copy-ended',
    [ErrorResponse]: 'skip',
  },
  'execute-copy-ended': { [CommandComplete]: 'next', [ErrorResponse]: 'skip' },
  close: { [CloseComplete]: 'next', [ErrorResponse]: 'skip' },
  // A deferred constraint fails at the commit that Sync makes.
  sync: { [ReadyForQuery]: 'next', [ErrorResponse]: 'sync' },

  // A pipeline whose Sync has not been sent yet: the server ignores all and says nothing.
  aborted: { [ErrorResponse]: 'aborted' },
  closed: {},
};

/** What `Connection.phase` shows of a phase. */
export type PublicPhase = 'idle' | 'active' | 'copy' | 'closed';

/** Folds the machine's phases into the four that a caller can act on. */
export function publicPhase(phase: Phase): PublicPhase {
  if (phase === 'idle' || phase === 'closed') return phase;
  return phase.includes('-copy-') ? 'copy' : 'active';
}
