import type { TlsRequest } from './tls-request.ts';

/** A resolved place to connect to: what {@link ConnectOptions.admitPeer} is asked about. */
export type Peer =
  | {
      readonly kind: 'tcp';
      /** As the connection string has it; beside a `hostaddr` it is only a name for TLS and messages. */
      readonly host: string;
      /** What is connected to. */
      readonly address: string;
      readonly port: number;
      /** The name that was resolved to the address; undefined for a `hostaddr`. */
      readonly resolvedFrom?: string | undefined;
    }
  | { readonly kind: 'unix'; readonly path: string };

/** What the TLS layer knows once its handshake is done. */
export interface TlsFacts {
  /** The protocol that the server chose by ALPN, if any. */
  readonly alpnProtocol: string | undefined;
  /** Whether the server asked for a client certificate, and whether we had one to send. */
  readonly clientCertificate: 'unasked' | 'none' | 'sent';
  /**
   * The `tls-server-end-point` channel binding: the hash of the server's leaf certificate.
   * Undefined when RFC 5929 defines no hash for the certificate's signature.
   */
  readonly endPointBinding: Uint8Array | undefined;
  readonly protocol: string | undefined;
  readonly cipher: string | undefined;
}

/** How a socket says what it has. */
export interface TransportListener {
  /** A chunk, valid during the call only. False stops further chunks until {@link Transport.resume}. */
  receive(chunk: Uint8Array): boolean;
  /** A {@link Transport.write} that returned false has been sent. */
  drained(): void;
  /** The peer closed, or the socket failed with an {@link OsError}; called once, nothing follows. */
  closed(error: Error | undefined): void;
}

/** A byte stream to a server: the only door between the client and the world. */
export interface Transport {
  /** Sends bytes, which must not change afterwards. False: wait for `drained` before sending much more. */
  write(bytes: Uint8Array): boolean;
  /**
   * Sends bytes one part after the other, which may change again when this has returned true, or else after `drained`.
   * Without this method they are copied into one piece for `write`.
   */
  lend?(parts: readonly Uint8Array[]): boolean;
  /** Lets chunks flow again, after opening and after `receive` returned false. */
  resume(): void;
  /** Puts TLS on the stream, checks what the request demands, and keeps chunks stopped until {@link resume}. */
  upgradeTls(request: TlsRequest): Promise<TlsFacts>;
  /** `flush` lets written bytes go out and then closes; `drop` closes at once. `closed` is still called. */
  close(how: 'flush' | 'drop'): void;
  /** Keeps the process alive, or not, while the connection is idle. */
  setReferenced(referenced: boolean): void;
}

/** Opens byte streams and finds addresses: TCP and unix sockets in Node, WebSockets elsewhere. */
export interface TransportProvider {
  /** All addresses of a name in the resolver's order; rejects with an {@link OsError}. */
  resolve(host: string): Promise<readonly string[]>;
  /** Connects; chunks stay stopped until `resume`. Rejects with an {@link OsError}. */
  open(peer: Peer, listener: TransportListener, settings: SocketSettings, signal: AbortSignal): Promise<Transport>;
}

/** Socket options of a connection string (manual: "Parameter Key Words", `keepalives` and what follows). */
export interface SocketSettings {
  /** Undefined: no keepalive probes. `idleMs` 0: the system's default. */
  readonly keepalive: { readonly idleMs: number } | undefined;
}

/**
 * A failed system call, with the text that the C library prints for it.
 *
 * @example
 * ```ts
 * new OsError('ECONNREFUSED', 'Connection refused').errno; // 'ECONNREFUSED'
 * ```
 */
export class OsError extends Error {
  /** The symbolic name, such as ECONNREFUSED. */
  readonly errno: string;

  constructor(errno: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OsError';
    this.errno = errno;
  }
}

/**
 * TLS could not be put on the connection, or the certificate was refused; the message is libpq's.
 *
 * @example
 * ```ts
 * new TlsError('SSL error: certificate verify failed').name; // 'TlsError'
 * ```
 */
export class TlsError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TlsError';
  }
}
