/** COPY data as web streams, for `fetch`, `Response`, `CompressionStream` and their like. */

/** A stream that draws on a generator when it is read, and ends it when it is cancelled. */
export function readableOf(pieces: AsyncGenerator<Uint8Array, void, undefined>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    async cancel() {
      await pieces.return();
    },
  });
}

/** A stream to write into, and what becomes of what was written. */
export interface WritableCopy<T> {
  readonly writable: WritableStream<string | Uint8Array>;
  /** Settles when the server has taken everything, or refused it. */
  readonly result: Promise<T>;
}

/** A stream whose pieces go to `consume`; aborting it throws in the consumer's loop. */
export function writableTo<T>(consume: (pieces: AsyncIterable<string | Uint8Array>) => Promise<T>): WritableCopy<T> {
  const { readable, writable } = new TransformStream<string | Uint8Array>();
  return { writable, result: consume(piecesOf(readable)) };
}

async function* piecesOf(readable: ReadableStream<string | Uint8Array>): AsyncGenerator<string | Uint8Array> {
  const reader = readable.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    // A consumer that stops early must not leave the writer waiting for ever.
    await reader.cancel(new Error('the server takes no more data')).catch(() => undefined);
  }
}
