import { isCancelled, type Result } from '../command.ts';
import { rowSetHeader } from '../deliver.ts';
import { DblinkError, type DblinkMessageFields } from '../errors.ts';
import { relay, relayedFields, type Subject } from '../relay.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';

const PHASE = 'while executing query';

/** dblink: streams every row set to the consumer; the last result decides what the call returns. */
export function query(
  scope: Scope,
  target: string | undefined,
  sql: string,
  failOnError: boolean,
  consumer: RowConsumer,
): Promise<RowOutcome> {
  return withTarget(scope, target, async (subject) => {
    const result = await stream(scope, subject, sql, consumer);
    switch (result?.kind) {
      case 'rows':
        return { kind: 'rows' };
      case 'command':
        return { kind: 'status', tag: result.tag };
      case 'copy':
        refuseCopy(scope, subject, failOnError);
        return { kind: 'kept' };
      default:
        relay(scope, subject, result, PHASE, failOnError);
        return { kind: 'kept' };
    }
  });
}

async function stream(
  scope: Scope,
  { remote }: Subject,
  sql: string,
  consumer: RowConsumer,
): Promise<Result | undefined> {
  await remote.settle(scope.signal);
  const wasIdle = remote.transactionStatus === 'idle';
  const command = remote.begin(
    { kind: 'simple', sql },
    { kind: 'stream', consumer, header: (fields, body) => rowSetHeader(remote, fields, body) },
  );
  if (command === undefined) {
    const reason = remote.errorText;
    await discardPending(scope, remote);
    throw new DblinkError({ sqlState: 'XX000', message: `could not send query: ${reason}` });
  }
  let last: Result | undefined;
  try {
    for (;;) {
      const result = await remote.nextResult(scope.signal);
      if (result === undefined) break;
      if (last?.kind !== 'copy') last = result;
    }
    remote.holdUntil(() => consumer.isTaken?.() ?? true);
    return last;
  } catch (error) {
    const stop = isCancelled(scope.signal) || (wasIdle && onlyReads(sql));
    remote.leave(stop ? 'cancel' : 'read to the end');
    throw error;
  }
}

/** A dblink call that cannot send its query throws away what others left unread. */
async function discardPending(scope: Scope, remote: Subject['remote']): Promise<void> {
  if (remote.command?.isKept !== true) return;
  while ((await remote.nextResult(scope.signal)) !== undefined);
}

/**
 * Rows that the caller cannot take end its call; the remote statement may then be stopped only if nothing but time is
 * lost with it.
 */
function onlyReads(sql: string): boolean {
  return (
    /^\s*(select|values|table)\b[^;]*;?\s*$/i.test(sql) && !/\b(into|for\s+(update|share|no\s+key|key))\b/i.test(sql)
  );
}

/** The C extension waits for ever here. */
function refuseCopy(scope: Scope, subject: Subject, failOnError: boolean): void {
  const fields: DblinkMessageFields = {
    ...relayedFields(subject, undefined, PHASE),
    sqlState: '0A000',
    message: 'COPY FROM STDIN and COPY TO STDOUT are not supported by dblink',
    hint: 'Select the rows instead, or let COPY use a file of the remote server.',
  };
  if (failOnError) throw new DblinkError(fields);
  scope.notice({ level: 'NOTICE', ...fields });
}
