import { Writer } from '@pg-dblink/protocol';

/**
 * What waits to be sent: whole requests only. A request whose second message cannot be encoded must not leave its
 * first one behind, so each request is set apart before the next is begun.
 */
export class Output {
  readonly #writer = new Writer();
  readonly #whole: Uint8Array[] = [];

  /** Runs `write` on the writer; when it throws, nothing that it wrote will be sent. */
  append<T>(write: (writer: Writer) => T): T {
    try {
      const result = write(this.#writer);
      this.#keep(this.#writer.take());
      return result;
    } catch (error) {
      this.#writer.take();
      throw error;
    }
  }

  /** Hands out everything that waits, in order. */
  take(): readonly Uint8Array[] {
    return this.#whole.splice(0);
  }

  get byteLength(): number {
    return this.#whole.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  /** The writer hands out neighbouring pieces of one buffer: together they are one write. */
  #keep(bytes: Uint8Array): void {
    const last = this.#whole.at(-1);
    if (last !== undefined && last.buffer === bytes.buffer && last.byteOffset + last.byteLength === bytes.byteOffset) {
      const byteLength = last.byteLength + bytes.byteLength;
      this.#whole[this.#whole.length - 1] = new Uint8Array(bytes.buffer, last.byteOffset, byteLength);
    } else if (bytes.byteLength > 0) {
      this.#whole.push(bytes);
    }
  }
}
