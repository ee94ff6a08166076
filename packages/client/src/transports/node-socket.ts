import { lookup } from 'node:dns/promises';
import { connect, isIP, type LookupFunction, type OnReadOpts, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsRequest } from '../tls-request.ts';
import type { Peer, SocketSettings, TlsFacts, Transport, TransportListener, TransportProvider } from '../transport.ts';
import { startTls, type TlsFiles } from './node-tls.ts';
import { osError } from './os-error.ts';

/**
 * One buffer a connection: Node reads into it again and again, so a chunk is valid during `receive` only. It is small
 * until a read has filled it: most answers of most connections are.
 */
const FIRST_RECEIVE_BYTES = 8 * 1024;
const MAX_RECEIVE_BYTES = 128 * 1024;

/**
 * A kernel that takes everything at once never makes a writer wait, and a writer that never waits does not hear that
 * the server has long refused: after this many bytes it is told to wait for one turn of the event loop.
 */
const BURST_BYTES = 1024 * 1024;

/**
 * TCP and unix sockets of Node, with TLS on top when asked.
 *
 * A plain socket hands chunks over through `onread`, which halves the cost of reading; a TLS socket has no such
 * path and hands over the buffers that it decrypted into.
 */
export function nodeSockets(files: TlsFiles): TransportProvider {
  return {
    async resolve(host: string): Promise<readonly string[]> {
      if (isIP(host) !== 0) return [host];
      try {
        const found = await lookup(host, { all: true, verbatim: true });
        return [...new Set(found.map(({ address }) => address))];
      } catch (error) {
        throw osError(error);
      }
    },
    open(peer, listener, settings, signal): Promise<Transport> {
      return openSocket(peer, listener, settings, signal, files);
    },
  };
}

function openSocket(
  peer: Peer,
  listener: TransportListener,
  settings: SocketSettings,
  signal: AbortSignal,
  files: TlsFiles,
): Promise<Transport> {
  return new Promise((resolve, reject) => {
    const onread = growingBuffer((chunk) => listener.receive(chunk));
    const target =
      peer.kind === 'unix'
        ? { path: abstractPath(peer.path) }
        : // Our own loop tries address after address: Node's must not race them behind our back.
          { host: peer.address, port: peer.port, autoSelectFamily: false, lookup: neverAgain };
    const socket = connect({ ...target, onread, noDelay: true });
    const give = (outcome: () => void): void => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      socket.removeListener('connect', onConnect);
      outcome();
    };
    const onAbort = (): void => {
      give(() => reject(signal.reason));
      socket.on('error', () => undefined);
      socket.destroy();
    };
    const onError = (error: Error): void => give(() => reject(osError(error)));
    const onConnect = (): void => {
      socket.pause();
      if (peer.kind === 'tcp' && settings.keepalive !== undefined) {
        socket.setKeepAlive(true, settings.keepalive.idleMs);
      }
      give(() => resolve(new NodeTransport(socket, listener, files)));
    };
    socket.once('error', onError);
    socket.once('connect', onConnect);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** What was resolved and admitted is what is connected to: an address is never looked up. */
const neverAgain: LookupFunction = (host, _options, callback) => {
  callback(Object.assign(new Error(`"${host}" is no numeric address`), { code: 'EAI_NONAME' }), '');
};

/** Receives into memory that grows with what one read brings. */
function growingBuffer(receive: (chunk: Uint8Array) => boolean): OnReadOpts {
  let memory = new Uint8Array(FIRST_RECEIVE_BYTES);
  return {
    // Asked after each read where the next one goes.
    buffer: () => memory,
    callback(byteLength, buffer) {
      if (byteLength === memory.byteLength && byteLength < MAX_RECEIVE_BYTES) {
        memory = new Uint8Array(Math.min(byteLength * 4, MAX_RECEIVE_BYTES));
      }
      return receive(buffer.subarray(0, byteLength));
    },
  };
}

/** A leading `@` names a socket in Linux's abstract name space. */
function abstractPath(path: string): string {
  return path.startsWith('@') ? `\0${path.slice(1)}` : path;
}

class NodeTransport implements Transport {
  readonly #listener: TransportListener;
  readonly #files: TlsFiles;
  #socket: Socket | TLSSocket;
  /** Bytes written since the event loop has last looked for input. */
  #burst = 0;
  /** How many calls of {@link lend} the kernel has not taken all of. */
  #lent = 0;
  #fate: 'open' | 'failed' | 'closed' = 'open';

  constructor(socket: Socket, listener: TransportListener, files: TlsFiles) {
    this.#listener = listener;
    this.#files = files;
    this.#socket = socket;
    this.#watch(socket);
  }

  write(bytes: Uint8Array): boolean {
    const isTaken = this.#socket.write(bytes);
    this.#burst += bytes.byteLength;
    if (!isTaken) return false;
    if (this.#burst < BURST_BYTES) return true;
    this.#endBurst();
    return false;
  }

  lend(parts: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    this.#lent += 1;
    socket.cork();
    for (const [index, part] of parts.entries()) {
      socket.write(part, index === parts.length - 1 ? this.#onTaken : undefined);
      this.#burst += part.byteLength;
    }
    socket.uncork();
    // Node counts what the kernel has not taken; when it has taken all, nothing is referred to any more.
    if (socket.writableLength > 0) return false;
    if (this.#burst < BURST_BYTES) return true;
    this.#endBurst();
    return false;
  }

  resume(): void {
    this.#socket.resume();
  }

  async upgradeTls(request: TlsRequest): Promise<TlsFacts> {
    const plain = this.#socket;
    this.#unwatch(plain);
    plain.on('error', () => undefined);
    const { socket, facts } = await startTls(plain, request, this.#files);
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      if (!this.#listener.receive(chunk)) socket.pause();
    });
    socket.pause();
    this.#watch(socket);
    return facts;
  }

  close(how: 'flush' | 'drop'): void {
    if (how === 'flush') this.#socket.end();
    else this.#socket.destroy();
  }

  setReferenced(referenced: boolean): void {
    if (referenced) this.#socket.ref();
    else this.#socket.unref();
  }

  #watch(socket: Socket): void {
    socket.on('drain', this.#onDrain);
    socket.on('error', this.#onError);
    socket.on('end', this.#onEnd);
    socket.on('close', this.#onEnd);
  }

  #unwatch(socket: Socket): void {
    socket.removeListener('drain', this.#onDrain);
    socket.removeListener('error', this.#onError);
    socket.removeListener('end', this.#onEnd);
    socket.removeListener('close', this.#onEnd);
  }

  readonly #onTaken = (): void => {
    this.#lent -= 1;
    this.#onDrain();
  };

  readonly #onDrain = (): void => {
    if (this.#burst < BURST_BYTES) this.#tellDrained();
    else this.#endBurst();
  };

  /** Says "drained" after the event loop has looked for input once. */
  #endBurst(): void {
    setImmediate(() => {
      this.#burst = 0;
      this.#tellDrained();
    });
  }

  #tellDrained(): void {
    if (this.#lent === 0 && !this.#socket.writableNeedDrain) this.#listener.drained();
  }

  readonly #onError = (error: Error): void => {
    if (this.#fate !== 'open') return;
    this.#fate = 'failed';
    this.#listener.closed(osError(error));
  };

  readonly #onEnd = (): void => {
    if (this.#fate !== 'open') return;
    this.#fate = 'closed';
    this.#listener.closed(undefined);
  };
}
