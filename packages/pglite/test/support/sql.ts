import type { PGlite, Results } from '@electric-sql/pglite';

/** What a failed statement reports. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly where: string | undefined;
}

/** Rows of one statement as arrays. */
export async function rowsOf(pg: PGlite, sql: string): Promise<unknown[][]> {
  const results: Results<unknown[]>[] = (await pg.exec(sql, { rowMode: 'array' })) as never;
  return results.at(-1)?.rows ?? [];
}

/** The error of a statement that has to fail. */
export async function failureOf(pg: PGlite, sql: string): Promise<Failure> {
  try {
    await pg.exec(sql);
  } catch (error) {
    return error as Failure;
  }
  throw new Error(`this did not fail: ${sql}`);
}

/** The notices that a statement raises. */
export async function noticesOf(pg: PGlite, sql: string): Promise<Failure[]> {
  const notices: Failure[] = [];
  await pg.exec(sql, { onNotice: (notice) => notices.push(notice as never) });
  return notices;
}
