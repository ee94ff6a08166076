import type { Command } from './command.ts';
import type { ExtendedRemoteRequest, RemoteConnection, RemoteSink } from './connection.ts';
import type { RemoteErrorFields } from './errors.ts';

/** A statement that must succeed for a request to be executed. */
export interface Guard {
  readonly sql: string;
  /** Called when the request was not executed for it. */
  failed(): void;
}

/**
 * Submits a request behind a statement that has to succeed: both go out at once and are one transaction, so that the
 * request is not executed when the guard fails.
 *
 * @throws as `submit` does
 */
export async function submitGuarded(
  connection: RemoteConnection,
  guard: Guard,
  request: ExtendedRemoteRequest,
  command: Command,
): Promise<void> {
  const sink = new GuardSink();
  await connection.pipeline?.(async (together) => {
    const guarded = together.submit({ kind: 'extended', sql: guard.sql }, sink);
    const answered = together.submit(request, command);
    const synced = together.sync();
    const [, answer, commit] = await Promise.allSettled([guarded, answered, synced]);
    if (sink.failed) guard.failed();
    else reportEnd(command, answer, commit);
  });
}

/** An error of the commit comes when the command is complete already. */
export function reportEnd(
  command: Command,
  answer: PromiseSettledResult<void>,
  commit: PromiseSettledResult<void>,
): void {
  if (commit.status === 'rejected') {
    if (!isRemoteError(commit.reason)) throw commit.reason;
    command.errorResponse(commit.reason);
  } else if (answer.status === 'rejected') {
    throw answer.reason;
  }
}

class GuardSink implements RemoteSink {
  failed = false;

  errorResponse(): void {
    this.failed = true;
  }

  rowDescription(): void {}
  dataRows(): void {}
  commandComplete(): void {}
  emptyQueryResponse(): void {}
  copyResponse(): void {}
}

function isRemoteError(error: unknown): error is RemoteErrorFields {
  return typeof error === 'object' && error !== null && 'sqlState' in error && 'severity' in error;
}
