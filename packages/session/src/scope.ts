import type { ConnectRequest, RemoteConnection } from './connection.ts';
import type { Connections } from './connections.ts';
import type { DblinkNotice, RemoteNotice } from './errors.ts';
import type { LocalDatabase } from './local.ts';
import type { Records } from './records.ts';
import type { RemoteEnvironment } from './remote.ts';

/** Everything one call may touch besides its arguments. */
export interface Scope extends RemoteEnvironment {
  readonly connections: Connections;
  readonly local: LocalDatabase;
  readonly records: Records;
  /** Ends the call's waits; the remote statement is cancelled. */
  readonly signal: AbortSignal | undefined;
  connect(conninfo: string, request: ConnectRequest): Promise<RemoteConnection>;
  notice(notice: DblinkNotice): void;
  /** Told of what remote servers say; undefined when nobody listens, as in SQL. */
  readonly remoteNotice: ((notice: RemoteNotice) => void) | undefined;
  /** Milliseconds since the epoch; undefined when nobody handed in a clock. */
  now(): number | undefined;
}
