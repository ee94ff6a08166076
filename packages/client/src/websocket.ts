import { readConninfo, refuseLocalFiles, resolveConninfo } from '@pg-dblink/connstring';
import { type ConnectOptions, connectResolved } from './connect.ts';
import type { Connection } from './connection.ts';
import { type WebSocketOptions, webSockets } from './transports/websocket.ts';

/** How to connect through a WebSocket proxy. */
export type WebSocketConnectOptions = ConnectOptions & WebSocketOptions;

/**
 * Connects through a WebSocket proxy that passes bytes on as they are. Nothing of the platform is read: no environment,
 * no files; `user` must be given.
 *
 * @throws ConninfoError when libpq would refuse the string, or when it names local files; ConnectError when every
 * attempt failed.
 *
 * @example
 * ```ts
 * import { connect } from '@pg-dblink/client/websocket';
 * const open = (conninfo: string) =>
 *   connect(conninfo, {
 *     urlOf: (peer) => `wss://proxy.example/${peer.kind === 'tcp' ? `${peer.host}:${peer.port}` : ''}`,
 *   });
 * ```
 */
export function connect(
  conninfo: string | Readonly<Record<string, string | undefined>>,
  options: WebSocketConnectOptions,
): Promise<Connection> {
  const parsed = readConninfo(conninfo);
  refuseLocalFiles(parsed);
  const resolved = resolveConninfo(parsed, { socketDirectory: '' });
  return connectResolved(resolved, webSockets(options), options);
}

export type { WebSocketLike, WebSocketOptions } from './transports/websocket.ts';
