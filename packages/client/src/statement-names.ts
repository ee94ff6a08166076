/**
 * Names for statements that a connection prepares. Behind a pooler several connections share a server: a name that two
 * of them gave would make one of them run the statement of the other, so every connection has names of its own.
 */
export class StatementNames {
  #prefix: string | undefined;
  #count = 0;

  /** A name that no statement of any connection has had. */
  next(): string {
    this.#prefix ??= randomPrefix();
    this.#count += 1;
    return `${this.#prefix}_${this.#count}`;
  }
}

function randomPrefix(): string {
  const random = crypto.getRandomValues(new Uint8Array(8));
  return `pg_dblink_${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
