import type { Result } from './command.ts';
import type { Remote } from './remote.ts';

/** libpqsrv_exec: runs the text, keeps the last result only; undefined when it could not be sent. */
export async function runCommand(
  remote: Remote,
  sql: string,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  await remote.settle(signal);
  if (remote.begin(sql, { kind: 'drop' }) === undefined) return undefined;
  return lastResult(remote, signal);
}

/** Reads the command under way to its end; an interrupted wait cancels it. */
export async function lastResult(remote: Remote, signal: AbortSignal | undefined): Promise<Result | undefined> {
  let last: Result | undefined;
  try {
    for (;;) {
      const result = await remote.nextResult(signal);
      if (result === undefined) return last;
      // A copy ends the loop in libpq: what the connection makes of it comes after the answer.
      if (last?.kind !== 'copy') last = result;
    }
  } catch (error) {
    remote.leave('cancel');
    throw error;
  }
}
