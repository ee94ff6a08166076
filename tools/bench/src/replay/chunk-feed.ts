import type { AnswerStream } from './session.ts';

/** Hands answers on in chunks of one size, in one turn of the event loop each, as far as the reader takes them. */
export class ChunkFeed implements AnswerStream {
  readonly #chunkBytes: number;
  readonly #deliver: (chunk: Buffer) => boolean;
  readonly #cut = new Map<string, readonly Buffer[]>();
  #queue: (readonly Buffer[])[] = [];
  #state: 'idle' | 'flowing' | 'stopped' = 'idle';
  #at = 0;

  constructor(chunkBytes: number, deliver: (chunk: Buffer) => boolean) {
    this.#chunkBytes = chunkBytes;
    this.#deliver = deliver;
  }

  write(bytes: Uint8Array): void {
    this.#queue.push(this.#chunksOf(bytes));
  }

  cork(): void {
    // Nothing is handed on before the next turn anyway.
  }

  uncork(): void {
    setImmediate(() => {
      if (this.#state === 'idle') this.#flow();
    });
  }

  end(): void {
    this.#queue = [];
  }

  /** The reader takes more, perhaps before it has said that it would not. */
  resume(): void {
    if (this.#state === 'stopped') this.#flow();
    else if (this.#state === 'flowing') setImmediate(() => this.resume());
  }

  #flow(): void {
    this.#state = 'flowing';
    for (;;) {
      const chunks = this.#queue[0];
      if (chunks === undefined) break;
      const chunk = chunks[this.#at];
      if (chunk === undefined) {
        this.#queue.shift();
        this.#at = 0;
        continue;
      }
      this.#at += 1;
      if (this.#deliver(chunk)) continue;
      this.#state = 'stopped';
      return;
    }
    this.#state = 'idle';
  }

  /** Chunks of the captured bytes are made once: cutting them is not what is measured. */
  #chunksOf(bytes: Uint8Array): readonly Buffer[] {
    const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.byteLength <= this.#chunkBytes) return [whole];
    const key = `${bytes.byteOffset}:${bytes.byteLength}`;
    const known = this.#cut.get(key);
    if (known?.[0]?.buffer === bytes.buffer) return known;
    const chunks: Buffer[] = [];
    for (let at = 0; at < whole.byteLength; at += this.#chunkBytes) {
      chunks.push(whole.subarray(at, at + this.#chunkBytes));
    }
    this.#cut.set(key, chunks);
    return chunks;
  }
}
