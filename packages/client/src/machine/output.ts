import { Writer } from '@pg-dblink/protocol';
import type { StepKind } from './phases.ts';
import { type Request, writeRequest } from './requests.ts';

/**
 * What waits to be sent: whole requests only. A request whose second message cannot be encoded must not leave its
 * first one behind.
 */
export class Output {
  readonly #writer = new Writer();
  /** What goes out in front of the writer's bytes: what was lent, and what had been written before it. */
  #parts: Uint8Array[] = [];
  #partsByteLength = 0;

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

  /** Appends a request's messages, all or none, and returns the steps that the server will answer. */
  appendRequest(request: Request): readonly StepKind[] {
    const waiting = this.#writer.byteLength;
    try {
      return writeRequest(this.#writer, request);
    } catch (error) {
      this.#writer.truncate(waiting);
      throw error;
    }
  }

  /** Appends bytes from where they lie, the rest of the message whose beginning was appended last. */
  lend(bytes: readonly Uint8Array[]): void {
    const parts = [this.#writer.take(), ...bytes];
    for (const part of parts) {
      this.#parts.push(part);
      this.#partsByteLength += part.byteLength;
    }
  }

  /** Whether some of what waits is lent: it is to be taken as parts. */
  get isLent(): boolean {
    return this.#parts.length > 0;
  }

  /** Hands out everything that waits as one piece, which is not written to again; nothing of it may be lent. */
  take(): Uint8Array {
    return this.#writer.take();
  }

  /** Hands out everything that waits, in the order in which it goes out. */
  takeParts(): readonly Uint8Array[] {
    const parts = this.#parts;
    if (this.#writer.byteLength > 0) parts.push(this.#writer.take());
    this.#parts = [];
    this.#partsByteLength = 0;
    return parts;
  }

  get byteLength(): number {
    return this.#partsByteLength + this.#writer.byteLength;
  }
}
