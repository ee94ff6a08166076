import type { RemoteErrorFields } from './errors.ts';

/** One column of a RowDescription. */
export interface RemoteField {
  readonly name: string;
  readonly typeOid: number;
  readonly typeModifier: number;
  readonly format: number;
}

/** One statement by the extended query protocol. */
export interface ExtendedRemoteRequest {
  readonly kind: 'extended';
  readonly sql: string;
  /** False when the unnamed statement has been parsed already and `sql` is only for messages. */
  readonly parse?: boolean;
  /** Values in text form, of types that the server infers; null for NULL. */
  readonly parameters?: readonly (string | null)[];
  readonly resultFormats?: readonly (0 | 1)[];
}

/** Parses one statement as the unnamed one and describes its columns, without running it. */
export interface DescribeRemoteRequest {
  readonly kind: 'describe';
  readonly sql: string;
}

/** What a connection is asked to run. */
export type RemoteRequest =
  | { readonly kind: 'simple'; readonly sql: string }
  | ExtendedRemoteRequest
  | DescribeRemoteRequest;

/** Where the messages of one request go; byte ranges are valid during the call only. */
export interface RemoteSink {
  rowDescription(fields: readonly RemoteField[], body: Uint8Array): void;
  dataRows(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void>;
  commandComplete(tag: string): void;
  emptyQueryResponse(): void;
  copyResponse(kind: 'in' | 'out' | 'both'): void;
  errorResponse(error: RemoteErrorFields): void;
}

/** What a connection has moved since it was opened. */
export interface RemoteTraffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly roundTrips: number;
  readonly busyMs: number;
}

/** A NotificationResponse. */
export interface RemoteNotification {
  readonly pid: number;
  readonly channel: string;
  readonly payload: string;
}

/** Requests that are sent together and are one transaction. */
export interface RemotePipeline {
  /** Rejects when the request was not executed because one before it failed. */
  submit(request: ExtendedRemoteRequest | DescribeRemoteRequest, sink: RemoteSink): Promise<void>;
  /** Ends the transaction; rejects with the error of its commit. */
  sync(): Promise<void>;
}

/** The place of a server: an address, or the path of a socket. */
export type RemotePeer =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/**
 * What this package needs of a connection; `Connection` of `@pg-dblink/client` is one.
 *
 * Connections are injected so that the session core does no I/O and runs anywhere.
 */
export interface RemoteConnection {
  readonly serverParameters: ReadonlyMap<string, string>;
  readonly transactionStatus: 'I' | 'T' | 'E' | 'unknown';
  readonly phase: 'idle' | 'active' | 'copy' | 'closed';
  /** The server asked for a password and received one. */
  readonly passwordUsed: boolean;
  readonly passwordSource: string | undefined;
  /** Resolves at ReadyForQuery, also after an ErrorResponse; rejects when the connection is lost. */
  submit(request: RemoteRequest, sink: RemoteSink): Promise<void>;
  /** Runs work with a pipeline; without it some values come as text that could come in binary. */
  pipeline?<T>(work: (pipeline: RemotePipeline) => Promise<T>): Promise<T>;
  /** Where the server is, for dblink_connections; what a connection does not say is NULL there. */
  readonly peer?: RemotePeer;
  readonly user?: string;
  readonly database?: string;
  /** What the connection has moved, for dblink_ledger; what a connection does not count is 0 there. */
  readonly traffic?: RemoteTraffic;
  takeNotifications(): readonly RemoteNotification[];
  /** Rejects with libpq's text when the cancel request could not be delivered. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** What `connect` is told besides the connection string. */
export interface ConnectRequest {
  readonly signal?: AbortSignal | undefined;
  /** To be called with every NoticeResponse of the connection. */
  readonly onNotice?: ((notice: RemoteErrorFields) => void) | undefined;
}
