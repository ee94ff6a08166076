import type { PasswordSource } from '../password.ts';
import type { TlsRequest } from '../tls-request.ts';
import type { Peer, TlsFacts } from '../transport.ts';

/** A session that has reached its first ReadyForQuery: everything that start-up found out. */
export interface Session {
  readonly peer: Peer;
  /** The role that was asked for. */
  readonly user: string;
  /** The database that was asked for; the server takes the role's name when this is empty. */
  readonly database: string;
  /** `connection to server at …`, as libpq's messages begin. */
  readonly where: string;
  readonly parameters: Map<string, string>;
  /** Undefined when the server, or a pooler before it, sent no BackendKeyData: then nothing can be cancelled. */
  readonly backendKey: BackendKey | undefined;
  /** The minor protocol version in use: 0 or 2. */
  readonly protocolMinor: number;
  readonly transactionStatus: 'I' | 'T' | 'E';
  /** Whether the server asked for a password and was given one. */
  readonly passwordUsed: boolean;
  readonly passwordSource: PasswordSource | undefined;
  /** Undefined on a plain connection. */
  readonly encryption: Encryption | undefined;
}

/** BackendKeyData: what a CancelRequest must show. The key is a secret. */
export interface BackendKey {
  readonly processId: number;
  readonly key: Uint8Array;
}

/** How TLS was put on the connection; a cancel request does it the same way. */
export interface Encryption {
  readonly negotiation: 'postgres' | 'direct';
  readonly request: TlsRequest;
  readonly facts: TlsFacts;
}
