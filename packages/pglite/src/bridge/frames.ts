import type {
  DblinkMessageFields,
  DblinkNotice,
  DeclaredColumn,
  ExplainRequest,
  ForeignServer,
  GatherRequest,
  NotifyRow,
  ParameterizedStatement,
  RowOutcome,
} from '@pg-dblink/session';
import type { CreateViewRequest } from '@pg-dblink/sql';

import type { WayToWait } from './patience.ts';

/** One dblink function with its arguments; an undefined name is the unnamed connection. */
export type CallRequest =
  | { readonly verb: 'connect'; readonly name: string | undefined; readonly target: string }
  | { readonly verb: 'disconnect'; readonly name: string | undefined }
  | {
      readonly verb: 'query';
      readonly target: string | undefined;
      readonly sql: string;
      readonly failOnError: boolean;
      /** The caller's column list; empty where it cannot be known before there are rows. */
      readonly columns: readonly DeclaredColumn[];
    }
  | { readonly verb: 'exec'; readonly target: string | undefined; readonly sql: string; readonly failOnError: boolean }
  | {
      readonly verb: 'open';
      readonly name: string | undefined;
      readonly cursor: string;
      readonly sql: string;
      readonly failOnError: boolean;
    }
  | {
      readonly verb: 'fetch';
      readonly name: string | undefined;
      readonly cursor: string;
      readonly howMany: number;
      readonly failOnError: boolean;
      readonly columns: readonly DeclaredColumn[];
    }
  | {
      readonly verb: 'close';
      readonly name: string | undefined;
      readonly cursor: string;
      readonly failOnError: boolean;
    }
  | { readonly verb: 'getConnections' }
  | { readonly verb: 'errorMessage'; readonly name: string }
  | { readonly verb: 'sendQuery'; readonly name: string; readonly sql: string }
  | { readonly verb: 'isBusy'; readonly name: string }
  | { readonly verb: 'getResult'; readonly name: string; readonly failOnError: boolean }
  | { readonly verb: 'cancelQuery'; readonly name: string }
  | { readonly verb: 'getNotify'; readonly name: string | undefined }
  | ({ readonly verb: 'gather' } & GatherRequest)
  | { readonly verb: 'gatherErrors' }
  | ({ readonly verb: 'explain'; readonly target: string | undefined } & ExplainRequest)
  | { readonly verb: 'ledger' }
  | { readonly verb: 'resetLedger' }
  | { readonly verb: 'connections' }
  | { readonly verb: 'reconnect'; readonly name: string | undefined }
  | { readonly verb: 'connectIfNotExists'; readonly name: string | undefined; readonly target: string }
  | { readonly verb: 'describe'; readonly target: string | undefined; readonly sql: string }
  | {
      readonly verb: 'describeView';
      readonly view: string;
      readonly target: string | undefined;
      readonly sql: string;
    }
  | {
      readonly verb: 'queryParams';
      readonly target: string | undefined;
      readonly statement: ParameterizedStatement;
      readonly failOnError: boolean;
    }
  | {
      readonly verb: 'execParams';
      readonly target: string | undefined;
      readonly statement: ParameterizedStatement;
      readonly failOnError: boolean;
    }
  | {
      readonly verb: 'sendQueryParams';
      readonly name: string | undefined;
      readonly statement: ParameterizedStatement;
    };

/** What the local catalogs say to whoever makes a connection for the current user. */
export interface LocalAnswer {
  readonly isSuperuser: boolean;
  readonly databaseEncoding: string;
  readonly server: ForeignServer | undefined;
}

/** Why the engine thread no longer wants a call's answer. */
export type AbandonReason = 'user request' | 'statement timeout' | 'refused';

/**
 * Messages to the worker; `channel` counts nested calls from 0, each has a ring of its own. The number of the call that
 * they are about travels in the frame's header, so that a call that is made again is the same payload.
 */
export type ToWorker =
  | {
      readonly kind: 'call';
      readonly channel: number;
      readonly request: CallRequest;
      /** How the engine's thread waits best, by what it has timed: awake where a core is free for it. */
      readonly waits: WayToWait;
    }
  | { readonly kind: 'answer'; readonly answer: LocalAnswer }
  | { readonly kind: 'abandon'; readonly reason: AbandonReason }
  | { readonly kind: 'room'; readonly channel: number };

/** What describes a row set to the engine: the remote types and the settings to read their text under. */
export interface RowSetFrame {
  readonly typeOids: readonly number[];
  readonly formats: readonly number[];
  readonly dateStyle: string | undefined;
  readonly intervalStyle: string | undefined;
  readonly timeZone: string | undefined;
}

/** What a call returned. */
export type CallResult =
  | { readonly kind: 'set'; readonly outcome: RowOutcome }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'names'; readonly value: readonly string[] | null }
  | { readonly kind: 'view'; readonly request: CreateViewRequest }
  | { readonly kind: 'notifications'; readonly value: readonly NotifyRow[] }
  /** Rows of values in text form, for functions with few of them. */
  | { readonly kind: 'table'; readonly value: readonly (readonly (string | null)[])[] };

/** Kinds of frames, and what their payload is. */
export const FRAME = {
  /** JSON of a {@link ToWorker}: the only kind that goes to the worker. */
  toWorker: 7,
  /** JSON of a {@link RowSetFrame}. */
  rowSet: 1,
  /** DataRow messages, cut anywhere. */
  rows: 2,
  /** JSON of a DblinkNotice. */
  notice: 3,
  /** JSON: the name of a foreign server that the worker asks about. */
  ask: 4,
  /** JSON of a {@link CallResult}; the last frame of a call. */
  result: 5,
  /** JSON of an error's fields; the last frame of a call. */
  failed: 6,
} as const;

/** Added to the kind of every frame but the last of a payload that one frame cannot hold. */
export const TO_BE_CONTINUED = 0x100;

/** What a frame other than rows carries. */
export type Payload = RowSetFrame | DblinkMessageFields | DblinkNotice | CallResult | ToWorker | string;
