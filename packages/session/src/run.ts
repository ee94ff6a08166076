import type { Command, Result } from './command.ts';
import type { Remote } from './remote.ts';

/** libpqsrv_exec: runs the text, keeps the last result only; undefined when it could not be sent. */
export function runCommand(remote: Remote, sql: string, signal: AbortSignal | undefined): Promise<Result | undefined> {
  const run = (): Promise<Result | undefined> => {
    const command = remote.begin(sql, { kind: 'drop' });
    return command === undefined ? Promise.resolve(undefined) : lastResult(remote, command, signal);
  };
  const settling = remote.settle(signal);
  return settling === undefined ? run() : settling.then(run);
}

/** Reads a command that has just begun to its end; an interrupted wait cancels it. */
export function lastResult(
  remote: Remote,
  command: Command,
  signal: AbortSignal | undefined,
): Promise<Result | undefined> {
  return remote.lastResult(command, signal).catch((error: unknown) => {
    remote.leave('cancel');
    throw error;
  });
}
