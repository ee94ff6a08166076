import type { Command } from './command.ts';
import type { ExtendedRemoteRequest, RemoteConnection, RemoteSink } from './connection.ts';
import type { RemoteErrorFields } from './errors.ts';

/** Why a guarded request gave no answer: its guard failed, so it was not executed. */
export class GuardFailed extends Error {
  override readonly name = 'GuardFailed';
}

/**
 * Submits a request behind a statement that has to succeed: both go out at once and are one transaction, so that the
 * request is not executed when the guard fails.
 *
 * @throws GuardFailed; otherwise as `submit` does
 */
export async function submitGuarded(
  connection: RemoteConnection,
  guard: string,
  request: ExtendedRemoteRequest,
  command: Command,
): Promise<void> {
  const sink = new GuardSink();
  await connection.pipeline?.(async (together) => {
    const guarded = together.submit({ kind: 'extended', sql: guard }, sink);
    const answered = together.submit(request, command);
    const synced = together.sync();
    const [, answer, commit] = await Promise.allSettled([guarded, answered, synced]);
    if (sink.failed) throw new GuardFailed();
    if (commit.status === 'rejected') {
      // An error of the commit comes when the command is complete already.
      if (isRemoteError(commit.reason)) command.errorResponse(commit.reason);
      else throw commit.reason;
    } else if (answer.status === 'rejected') {
      throw answer.reason;
    }
  });
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
