/** A command tag taken apart. */
export interface CommandTag {
  /** The words, such as `INSERT` or `CREATE TABLE`. */
  readonly command: string;
  /** The number of rows; undefined when the command counts none. A bigint, since it may pass 2^53. */
  readonly rows: bigint | undefined;
}

/**
 * Takes a command tag apart: its row count is the last number of an INSERT, UPDATE, DELETE, MERGE, SELECT, FETCH, MOVE
 * or COPY tag, and other commands have none.
 *
 * @example
 * ```ts
 * parseCommandTag('INSERT 0 3'); // { command: 'INSERT', rows: 3n }
 * ```
 */
export function parseCommandTag(commandTag: string): CommandTag {
  const words = /^(INSERT \d{1,10}|UPDATE|DELETE|MERGE|SELECT|FETCH|MOVE|COPY) (\d{1,20})$/.exec(commandTag);
  const [, counted, digits] = words ?? [];
  if (counted === undefined || digits === undefined) return { command: commandTag, rows: undefined };
  return { command: counted.startsWith('INSERT') ? 'INSERT' : counted, rows: BigInt(digits) };
}
