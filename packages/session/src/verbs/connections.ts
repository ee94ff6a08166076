import type { OpenSlot } from '../connections.ts';
import type { Scope } from '../scope.ts';

/** One row of dblink_connections. What nobody knows is null; passwords are nowhere in it. */
export interface ConnectionRow {
  /** Null for the unnamed connection. */
  readonly connname: string | null;
  /** Host name or address as the connection string has it, or the folder of a socket. */
  readonly host: string | null;
  readonly port: number | null;
  readonly dbname: string | null;
  readonly username: string | null;
  readonly serverVersion: string | null;
  /** A query is active until all of its results have been fetched. */
  readonly state: 'idle' | 'active' | 'lost';
  readonly transactionStatus: 'idle' | 'active' | 'in transaction' | 'in error' | 'unknown';
  /** Cursors as `dblink_open` and `dblink_close` count them in a transaction of their own. */
  readonly openCursors: number;
  readonly ageMs: number | null;
  readonly lastSqlState: string | null;
  readonly lastError: string | null;
}

/** dblink_connections: every connection of the session, the unnamed one first. */
export function connections(scope: Scope): ConnectionRow[] {
  return scope.connections.all().map(({ name, slot }) => rowOf(scope, name, slot));
}

function rowOf(scope: Scope, name: string | undefined, slot: OpenSlot): ConnectionRow {
  const { remote, openCursorCount, origin } = slot;
  const { connection, lastError } = remote;
  const now = scope.now();
  const since = origin?.sinceMs;
  return {
    connname: name ?? null,
    ...placeOf(connection.peer),
    dbname: connection.database ?? null,
    username: connection.user ?? null,
    serverVersion: connection.serverParameters.get('server_version') ?? null,
    state: remote.state,
    transactionStatus: remote.state === 'lost' ? 'unknown' : remote.transactionStatus,
    openCursors: openCursorCount,
    ageMs: now === undefined || since === undefined ? null : Math.max(0, now - since),
    lastSqlState: lastError?.sqlState ?? null,
    lastError: lastError?.message ?? null,
  };
}

/** A socket's file is named for its folder and port. */
function placeOf(peer: OpenSlot['remote']['connection']['peer']): Pick<ConnectionRow, 'host' | 'port'> {
  if (peer === undefined) return { host: null, port: null };
  if (peer.kind === 'tcp') return { host: peer.host, port: peer.port };
  const [, folder, port] = /^(.*)\/\.s\.PGSQL\.(\d+)$/.exec(peer.path) ?? [undefined, peer.path, undefined];
  return { host: folder ?? null, port: port === undefined ? null : Number(port) };
}
