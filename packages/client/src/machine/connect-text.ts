import type { ResolvedHost } from '@pg-dblink/connstring';
import { formatLibpqMessage } from '../libpq-message.ts';
import { ServerError } from '../server-error.ts';
import { OsError, type Peer } from '../transport.ts';
import { ConnectionClosed } from './asks.ts';
import { OpenError } from './open-error.ts';

/** What libpq says when the server ended the conversation without a word. */
export const SERVER_CLOSED: string =
  'server closed the connection unexpectedly\n' +
  '\tThis probably means the server terminated abnormally\n' +
  '\tbefore or while processing the request.';

/** libpq's text for one failed attempt: where it went, and what happened there. */
export function attemptText(peer: Peer, host: ResolvedHost, error: Error): string {
  return `${describePeer(peer, host)} failed: ${errorText(peer, error)}${passfileNote(host, error)}`;
}

/** `connection to server …` for messages. */
export function describePeer(peer: Peer, host: ResolvedHost): string {
  if (peer.kind === 'unix') return `connection to server on socket "${peer.path}"`;
  // An explicit hostaddr is what libpq shows, even beside a host name.
  const shown = host.kind === 'address' ? host.hostaddr : host.host;
  const address = shown === peer.address ? '' : ` (${peer.address})`;
  return `connection to server at "${shown}"${address}, port ${peer.port}`;
}

function errorText(peer: Peer, error: Error): string {
  if (error instanceof ServerError) return formatLibpqMessage(error);
  if (error instanceof ConnectionClosed) return SERVER_CLOSED;
  if (error instanceof OpenError) {
    const question =
      peer.kind === 'unix'
        ? 'Is the server running locally and accepting connections on that socket?'
        : 'Is the server running on that host and accepting TCP/IP connections?';
    return `${error.message}\n\t${question}`;
  }
  if (error instanceof OsError) return lostText(error);
  return error.message;
}

/** libpq's text for a stream that failed under a conversation. */
export function lostText(error: OsError): string {
  return error.errno === 'ECONNRESET' || error.errno === 'EPIPE'
    ? SERVER_CLOSED
    : `could not receive data from server: ${error.message}`;
}

/** A wrong password from a file: which file it was. */
function passfileNote({ passwordOrigin }: ResolvedHost, error: Error): string {
  return error instanceof ServerError && error.sqlState === '28P01' && passwordOrigin?.source === 'passfile'
    ? `\npassword retrieved from file "${passwordOrigin.from ?? ''}"`
    : '';
}
