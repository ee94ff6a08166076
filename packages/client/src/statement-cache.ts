import type { StatementDescription } from './statement.ts';

/** A statement that the connection prepared by itself. */
export interface CachedStatement {
  readonly name: string;
  readonly sql: string;
  readonly description: StatementDescription;
}

/**
 * The statements that a connection keeps prepared because they were executed before, the one unused for the longest
 * time first.
 */
export class StatementCache {
  readonly #statements = new Map<string, CachedStatement>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The cache is in use at all. */
  get isOn(): boolean {
    return this.#capacity > 0;
  }

  find(key: string): CachedStatement | undefined {
    const statement = this.#statements.get(key);
    if (statement === undefined) return undefined;
    this.#statements.delete(key);
    this.#statements.set(key, statement);
    return statement;
  }

  /** Keeps a statement; returns the one that must be closed to make room for it. */
  keep(key: string, statement: CachedStatement): CachedStatement | undefined {
    this.#statements.set(key, statement);
    if (this.#statements.size <= this.#capacity) return undefined;
    const [oldest] = this.#statements;
    if (oldest === undefined) return undefined;
    this.#statements.delete(oldest[0]);
    return oldest[1];
  }

  forget(key: string): void {
    this.#statements.delete(key);
  }
}
