import {
  OsError,
  type Peer,
  TlsError,
  type Transport,
  type TransportListener,
  type TransportProvider,
} from '../transport.ts';

/** The part of the platform's WebSocket that is used. */
export interface WebSocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: Uint8Array): void;
  close(): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** How a server is reached through a proxy that passes bytes on as they are. */
export interface WebSocketOptions {
  /** The proxy's URL for a peer, such as `wss://proxy.example/?host=…&port=…`. */
  urlOf(peer: Peer): string;
  /** Opens a socket; the platform's own WebSocket unless given. */
  open?(url: string): WebSocketLike;
}

/** More than this waiting in the socket makes a writer wait. */
const HIGH_WATER_BYTES = 1024 * 1024;
const DRAIN_POLL_MS = 10;

/**
 * Streams through a byte-for-byte WebSocket proxy, for browsers and other places without sockets. Names are resolved by
 * the proxy. Encryption is the WebSocket's own (`wss:`); TLS of PostgreSQL inside it is not available, so use
 * `sslmode=disable` or a mode that can do without.
 */
export function webSockets(options: WebSocketOptions): TransportProvider {
  const open = options.open ?? ((url) => new WebSocket(url) as unknown as WebSocketLike);
  return {
    resolve: (host) => Promise.resolve([host]),
    open: (peer, listener, _settings, signal) => openWebSocket(open(options.urlOf(peer)), listener, signal),
  };
}

function openWebSocket(socket: WebSocketLike, listener: TransportListener, signal: AbortSignal): Promise<Transport> {
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
      socket.close();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const transport = new WebSocketTransport(socket, listener);
    socket.addEventListener('open', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(transport);
    });
    socket.addEventListener('error', () => {
      signal.removeEventListener('abort', onAbort);
      reject(new OsError('ECONNREFUSED', 'Connection refused'));
      transport.end(new OsError('ECONNRESET', 'Connection reset by peer'));
    });
    socket.addEventListener('close', () => {
      reject(new OsError('ECONNREFUSED', 'Connection refused'));
      transport.end(undefined);
    });
    socket.addEventListener('message', ({ data }) => transport.receive(data));
  });
}

/** A WebSocket cannot be paused: what comes while nobody wants it is kept in order. */
class WebSocketTransport implements Transport {
  readonly #socket: WebSocketLike;
  readonly #listener: TransportListener;
  readonly #waiting: Uint8Array[] = [];
  #flow: 'stopped' | 'flowing' = 'stopped';
  #end: { readonly error: Error | undefined; told: 'untold' | 'told' } | undefined;

  constructor(socket: WebSocketLike, listener: TransportListener) {
    this.#socket = socket;
    this.#listener = listener;
  }

  write(bytes: Uint8Array): boolean {
    this.#socket.send(bytes);
    if (this.#socket.bufferedAmount < HIGH_WATER_BYTES) return true;
    this.#pollDrain();
    return false;
  }

  resume(): void {
    this.#flow = 'flowing';
    while (this.#flow === 'flowing') {
      const chunk = this.#waiting.shift();
      if (chunk === undefined) break;
      if (!this.#listener.receive(chunk)) this.#flow = 'stopped';
    }
    this.#tellEnd();
  }

  upgradeTls(): Promise<never> {
    return Promise.reject(new TlsError('TLS is not available through a WebSocket'));
  }

  close(): void {
    this.#socket.close();
  }

  setReferenced(): void {
    // A WebSocket keeps its page alive, or does not, by itself.
  }

  receive(data: unknown): void {
    if (!(data instanceof ArrayBuffer)) {
      this.end(new OsError('EPROTO', 'the proxy sent text'));
      this.#socket.close();
      return;
    }
    this.#waiting.push(new Uint8Array(data));
    if (this.#flow === 'flowing') this.resume();
  }

  end(error: Error | undefined): void {
    this.#end ??= { error, told: 'untold' };
    this.#tellEnd();
  }

  #tellEnd(): void {
    const end = this.#end;
    if (end === undefined || end.told === 'told' || this.#waiting.length > 0) return;
    end.told = 'told';
    this.#listener.closed(end.error);
  }

  #pollDrain(): void {
    setTimeout(() => {
      if (this.#end !== undefined || this.#socket.bufferedAmount < HIGH_WATER_BYTES) this.#listener.drained();
      else this.#pollDrain();
    }, DRAIN_POLL_MS);
  }
}
