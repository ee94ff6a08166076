import type { Socket } from 'node:net';

/** Bytes that a client may send ahead before it is no longer read. */
const readAheadLimit = 1 << 20;

/**
 * A client's connection: chunks in order as they are asked for, a little ahead so that its end is noticed while it is
 * not read, and writes that wait for a slow reader.
 */
export class ClientSocket {
  readonly #socket: Socket;
  readonly #chunks: Uint8Array[] = [];
  #held = 0;
  #state: 'open' | 'ended' = 'open';
  #arrived: () => void = () => undefined;
  /** The wait for a slow client that is going on. */
  #drained: Promise<void> | undefined;
  /** Settles when the client is gone, however it went. */
  readonly gone: Promise<void>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#held += chunk.byteLength;
      if (this.#held > readAheadLimit) socket.pause();
      this.#arrived();
    });
    this.gone = new Promise((resolve) => {
      const end = (): void => {
        this.#state = 'ended';
        this.#arrived();
        resolve();
      };
      socket.once('end', end);
      socket.once('close', end);
      socket.on('error', end);
    });
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Who it is, for messages. */
  get address(): string {
    const { remoteAddress, remotePort } = this.#socket;
    return remoteAddress === undefined ? '[local]' : `${remoteAddress}(${remotePort})`;
  }

  /** The next chunk; undefined when the client has ended. */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#held -= chunk.byteLength;
        if (this.#held <= readAheadLimit) this.#socket.resume();
        return chunk;
      }
      if (this.#state === 'ended') return undefined;
      await new Promise<void>((resolve) => {
        this.#arrived = resolve;
      });
    }
  }

  /** Writes; a promise when the client is slow, settled once it has caught up or gone. */
  write(bytes: Uint8Array): void | Promise<void> {
    if (this.#socket.destroyed || this.#socket.write(bytes)) return;
    this.#drained ??= new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done);
        this.#socket.off('close', done);
        this.#drained = undefined;
        resolve();
      };
      this.#socket.on('drain', done);
      this.#socket.on('close', done);
    });
    return this.#drained;
  }

  /** Writes a last message, and ends; a client that does not take it is cut off. */
  end(bytes?: Uint8Array): void {
    if (bytes !== undefined) this.#socket.write(bytes);
    this.#socket.end();
    const timer = setTimeout(() => this.#socket.destroy(), 1_000);
    this.#socket.once('close', () => clearTimeout(timer));
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
