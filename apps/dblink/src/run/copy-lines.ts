import type { LineSource } from './context.ts';

const chunkByteLength = 32_768;

/** The lines up to `\.` as the data of COPY … FROM STDIN; in a script they stand behind the statement. */
export async function* copyLines(source: LineSource): AsyncIterable<Uint8Array> {
  let held: string[] = [];
  let characters = 0;
  for (
    let line = await source.next();
    line !== undefined && line !== '\\.' && line !== '\\.\r';
    line = await source.next()
  ) {
    held.push(line, '\n');
    characters += line.length + 1;
    if (characters >= chunkByteLength) {
      yield Buffer.from(held.join(''));
      held = [];
      characters = 0;
    }
  }
  if (held.length > 0) yield Buffer.from(held.join(''));
}
