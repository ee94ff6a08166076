import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { LineSource, Place } from './context.ts';

/** Lines that somebody must stop reading. */
export interface OpenLines extends LineSource {
  close(): void;
}

/**
 * The lines of a stream, read as they are asked for; the line number goes into `place`. Only a newline ends a line: a
 * carriage return, or U+2028 in a string, is text.
 */
export function streamLines(stream: Readable, place?: Place): OpenLines {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer | string>;
  const decoder = new StringDecoder('utf8');
  let lines: string[] = [];
  let at = 0;
  let rest: string | undefined = '';
  const refill = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    const text = done === true ? decoder.end() : typeof value === 'string' ? value : decoder.write(value);
    lines = ((rest ?? '') + text).split('\n');
    at = 0;
    const last = lines.pop();
    rest = done === true ? undefined : last;
    if (done === true && last !== undefined && last !== '') lines.push(last);
  };
  return {
    next: async () => {
      while (at >= lines.length && rest !== undefined) await refill();
      const line = lines[at];
      if (line === undefined) return undefined;
      at += 1;
      if (place !== undefined) place.line += 1;
      return line;
    },
    close: () => {
      stream.destroy();
    },
  };
}

/**
 * A file's lines.
 *
 * @throws Error with the operating system's code when the file cannot be opened.
 */
export async function fileLines(path: string, place: Place): Promise<OpenLines> {
  const stream = createReadStream(path);
  await new Promise<void>((resolve, reject) => {
    stream.once('open', () => resolve());
    stream.once('error', reject);
  });
  return streamLines(stream, place);
}

/** What psql says of a file that it cannot read or write. */
export function describeFileError(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'No such file or directory';
    case 'EACCES':
      return 'Permission denied';
    case 'EISDIR':
      return 'Is a directory';
    case 'ENOTDIR':
      return 'Not a directory';
    case 'ENOSPC':
      return 'No space left on device';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
