import { Writer } from '@pg-dblink/protocol';

/**
 * What waits to be sent: whole requests only. A request whose second message cannot be encoded must not leave its
 * first one behind.
 */
export class Output {
  readonly #writer = new Writer();

  /** Runs `write` on the writer; when it throws, nothing that it wrote will be sent. */
  append<T>(write: (writer: Writer) => T): T {
    const waiting = this.#writer.byteLength;
    try {
      return write(this.#writer);
    } catch (error) {
      this.#writer.truncate(waiting);
      throw error;
    }
  }

  /** Hands out everything that waits as one piece, which is not written to again. */
  take(): Uint8Array {
    return this.#writer.take();
  }

  get byteLength(): number {
    return this.#writer.byteLength;
  }
}
