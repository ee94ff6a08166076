import { connect, type Socket } from 'node:net';

/** Where a server listens, and as whom dialogues speak to it. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database?: string;
}

/** The server said nothing for too long, or hung up. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A socket read at the reader's own pace, with a time limit on every wait. */
export class Wire {
  readonly #socket: Socket;
  readonly #chunks: Uint8Array[] = [];
  readonly #timeoutMs: number;
  #ended: string | undefined;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.#wake?.();
    });
    const end = (why: string): void => {
      this.#ended ??= why;
      this.#wake?.();
    };
    socket.on('error', (error) => end(error.message));
    socket.on('close', () => end('the server closed the connection'));
  }

  /** Opens a connection; throws WireError when it cannot be made in time. */
  static async open(target: Target, timeoutMs: number): Promise<Wire> {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    const wire = new Wire(socket, timeoutMs);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        socket.destroy();
        reject(new WireError(`no connection within ${timeoutMs} ms`));
      }, timeoutMs);
      socket.once('connect', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.once('error', (error) => {
        clearTimeout(timer);
        reject(new WireError(error.message));
      });
    });
    return wire;
  }

  /** Sends bytes; what the server has to say of a connection already lost is found by `receive`. */
  send(bytes: Uint8Array): void {
    if (this.#ended === undefined) this.#socket.write(bytes);
  }

  /** The next chunk. Throws WireError when the server hung up or stays silent beyond the time limit. */
  async receive(): Promise<Uint8Array> {
    const deadline = Date.now() + this.#timeoutMs;
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) return chunk;
      if (this.#ended !== undefined) throw new WireError(this.#ended);
      const left = deadline - Date.now();
      if (left <= 0) throw new WireError(`the server sent nothing for ${this.#timeoutMs} ms`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.#wake = undefined;
    }
  }

  /** Waits until the server hangs up, as after a CancelRequest. */
  async drained(): Promise<void> {
    try {
      for (;;) await this.receive();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
