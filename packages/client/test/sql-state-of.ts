import { isServerError } from '../src/index.ts';

/** The SQLSTATE that a call fails with; a sentence that matches none when it does not. */
export async function sqlStateOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isServerError(error) ? error.sqlState : `no ServerError: ${error}`;
}
