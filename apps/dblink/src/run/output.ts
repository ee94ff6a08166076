import { closeSync, openSync, writeSync } from 'node:fs';

/** Somewhere that text goes to, in order. */
export interface Output {
  write(text: string): void;
  writeBytes(bytes: Uint8Array): void;
  /** Settles once what was written has left for its reader. */
  flush(): Promise<void>;
  close(): void;
}

const flushCharacters = 65_536;

interface Stream {
  write(data: string | Uint8Array, done: (error?: Error | null) => void): boolean;
}

/** Gathers text for a stream, and gives it on in large pieces; a slow reader is waited for in `flush`. */
export function streamOutput(stream: Stream, failed: (error: Error) => void): Output {
  let held = '';
  let last: Promise<void> = Promise.resolve();
  const pass = (data: string | Uint8Array): void => {
    last = new Promise((resolve) => {
      stream.write(data, (error) => {
        if (error) failed(error);
        resolve();
      });
    });
  };
  const send = (): void => {
    const text = held;
    held = '';
    if (text !== '') pass(text);
  };
  return {
    write: (text) => {
      held += text;
      if (held.length >= flushCharacters) send();
    },
    writeBytes: (bytes) => {
      send();
      pass(bytes);
    },
    flush: () => {
      send();
      return last;
    },
    close: () => undefined,
  };
}

/** Writes each text at once: standard error, which waits for nothing. */
export function directOutput(stream: Stream): Output {
  let last: Promise<void> = Promise.resolve();
  const pass = (data: string | Uint8Array): void => {
    last = new Promise((resolve) => {
      stream.write(data, () => resolve());
    });
  };
  return { write: pass, writeBytes: pass, flush: () => last, close: () => undefined };
}

/**
 * A file that results go to.
 *
 * @throws Error with the operating system's code when it cannot be written.
 */
export function fileOutput(path: string): Output {
  const file = openSync(path, 'w');
  let held = '';
  const send = (): void => {
    if (held !== '') writeSync(file, held);
    held = '';
  };
  return {
    write: (text) => {
      held += text;
      if (held.length >= flushCharacters) send();
    },
    writeBytes: (bytes) => {
      send();
      writeSync(file, bytes);
    },
    flush: async () => send(),
    close: () => {
      send();
      closeSync(file);
    },
  };
}
