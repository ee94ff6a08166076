import { readConninfo, refuseLocalFiles } from '@pg-dblink/connstring';
import { type ConnectOptions, connectResolved } from './connect.ts';
import type { Connection } from './connection.ts';
import { requestDiagnostics } from './diagnostics.ts';
import { resolveWithFiles } from './files.ts';
import { nodeTlsFiles } from './tls-files.ts';
import { nodeSockets } from './transports/node-socket.ts';
import { decodeNodeText } from './transports/node-text.ts';
import { TypeRegistry } from './types/registry.ts';

/** How Node connects: the general options, and what of this machine a connection string may draw on. */
export interface NodeConnectOptions extends ConnectOptions {
  /** `libpq`: PG… variables, service files, `~/.pgpass` and `~/.postgresql` count, as in psql; default `none`. */
  readonly environment?: 'none' | 'libpq' | undefined;
  /** Whether the connection string may name local files (`passfile`, `sslkey`, `service` …), or which; default true. */
  readonly allowFiles?: boolean | readonly string[] | undefined;
  /** Where a server without a host is looked for; `/tmp` unless told, an empty string stands for localhost. */
  readonly socketDirectory?: string | undefined;
  /** libpq's warnings about password files that it does not use. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The core types with Node's text decoder. */
const NODE_TYPES = new TypeRegistry().withTextDecoder(decodeNodeText);

/**
 * Connects over TCP or a unix socket, with TLS as `sslmode` says, exactly as libpq would (manual: "Database Connection
 * Control Functions").
 *
 * @param conninfo - a connection string, keyword/value or URI, or an object of keywords
 * @throws ConninfoError when libpq would refuse the string; ConnectError when every attempt failed.
 *
 * @example
 * ```ts
 * const connection = await connect('host=localhost dbname=postgres user=postgres');
 * console.log((await connection.query('select version()'))[0]?.rows);
 * await connection.close();
 * ```
 */
export async function connect(
  conninfo: string | Readonly<Record<string, string | undefined>>,
  options: NodeConnectOptions = {},
): Promise<Connection> {
  const parsed = readConninfo(conninfo);
  const { allowFiles = true } = options;
  if (allowFiles !== true) refuseLocalFiles(parsed, allowFiles === false ? [] : allowFiles);
  const environment = options.environment ?? 'none';
  const variables = process.env;
  const resolved = await resolveWithFiles(parsed, {
    environment,
    variables,
    socketDirectory: options.socketDirectory,
    warn: (message) => options.onWarning?.(message),
  });
  const isLibpq = environment === 'libpq';
  const sockets = nodeSockets(nodeTlsFiles({ variables: isLibpq ? variables : undefined }));
  const types = options.types?.withTextDecoder(decodeNodeText) ?? NODE_TYPES;
  return connectResolved(
    resolved,
    sockets,
    { observer: requestDiagnostics, ...options, types },
    isLibpq ? variables : undefined,
  );
}

export type { Connection } from './connection.ts';
export { REQUEST_CHANNEL } from './diagnostics.ts';
export { type ResolveOptions, resolveWithFiles } from './files.ts';
