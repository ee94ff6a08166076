import { type AsyncCompleter, createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import type { ReadStream } from 'node:tty';

/** A line that was typed, the end of the input, or Ctrl-C. */
export type Typed =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'interrupt' };

/** What a line is asked for with. */
export interface Question {
  readonly prompt: string;
  /** What the arrow keys bring back, the latest first. */
  readonly history: readonly string[];
  /** Without it, Tab is a character like others. */
  readonly complete?: (line: string) => Promise<[string[], string]>;
}

/** Lines typed at a terminal, with editing, history and completion. */
export interface Keyboard {
  ask(question: Question): Promise<Typed>;
  /** Answers the question that stands as Ctrl-C does; false when none does. */
  interrupt(): boolean;
  close(): void;
}

/**
 * Reads a terminal line by line.
 *
 * The terminal is in raw mode only while a line is asked for. While a statement runs, Ctrl-C is a signal and a program
 * that is started has the terminal as it expects it. What was typed ahead waits for the next question.
 */
export function openKeyboard(terminal: ReadStream, screen: NodeJS.WritableStream): Keyboard {
  const pieces = Object.assign(typedPieces(), {
    isTTY: true,
    setRawMode: (mode: boolean) => terminal.setRawMode(mode),
  });
  terminal.pipe(pieces);
  let standing: ((typed: Typed) => void) | undefined;
  return {
    ask: ({ prompt, history, complete }) => {
      if (pieces.readableEnded) return Promise.resolve({ kind: 'end' });
      const line = createInterface({
        input: pieces,
        output: screen,
        terminal: true,
        prompt,
        ...(complete === undefined ? {} : { completer: completerOf(complete) }),
        history: [...history],
        historySize: history.length + 1,
      });
      return new Promise((resolve) => {
        const answer = (typed: Typed): void => {
          if (standing !== answer) return;
          standing = undefined;
          line.close();
          resolve(typed);
        };
        standing = answer;
        line.on('line', (text) => answer({ kind: 'line', text }));
        line.on('close', () => answer({ kind: 'end' }));
        line.on('SIGINT', () => answer({ kind: 'interrupt' }));
        line.prompt();
      });
    },
    interrupt: () => {
      const answer = standing;
      answer?.({ kind: 'interrupt' });
      return answer !== undefined;
    },
    close: () => {
      standing?.({ kind: 'end' });
      terminal.unpipe(pieces);
      terminal.pause();
      pieces.destroy();
    },
  };
}

function completerOf(complete: NonNullable<Question['complete']>): AsyncCompleter {
  return (line, done) => {
    complete(line).then(
      (result) => done(null, result),
      () => done(null, [[], line]),
    );
  };
}

/** Cuts what is typed behind every key that ends a line, so that whoever has read one leaves the rest to the next. */
function typedPieces(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const piece of piecesOf(chunk)) this.push(piece);
      done();
    },
  });
}

const [interruptKey, endKey, newline, carriageReturn] = [3, 4, 10, 13] as const;

/** Bytes cut behind Enter, Ctrl-C and Ctrl-D; Enter as two bytes is one key. */
export function piecesOf(chunk: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < chunk.byteLength; at += 1) {
    const byte = chunk[at];
    if (byte !== interruptKey && byte !== endKey && byte !== newline && byte !== carriageReturn) continue;
    pieces.push(chunk.subarray(start, at + 1));
    if (byte === carriageReturn && chunk[at + 1] === newline) at += 1;
    start = at + 1;
  }
  if (start < chunk.byteLength) pieces.push(chunk.subarray(start));
  return pieces;
}
