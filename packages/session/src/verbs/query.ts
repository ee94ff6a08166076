import { isCancelled, type Result, type RowPolicy } from '../command.ts';
import type { RemoteRequest } from '../connection.ts';
import { rowSetHeader } from '../deliver.ts';
import { DblinkError, type DblinkMessageFields } from '../errors.ts';
import { relay, relayedFields, type Subject } from '../relay.ts';
import type { Remote } from '../remote.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';
import type { DeclaredColumn } from '../wire-format.ts';

const PHASE = 'while executing query';

/**
 * dblink: streams every row set to the consumer; the last result decides what the call returns.
 *
 * @param columns - the caller's column list, if it can be known: lets values that are the same in binary come so
 */
export function query(
  scope: Scope,
  target: string | undefined,
  sql: string,
  failOnError: boolean,
  consumer: RowConsumer,
  columns: readonly DeclaredColumn[] = [],
): Promise<RowOutcome> {
  return withTarget(scope, target, async (subject) => {
    const result = await run(scope, subject.remote, sql, consumer, columns);
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

async function run(
  scope: Scope,
  remote: Remote,
  sql: string,
  consumer: RowConsumer,
  columns: readonly DeclaredColumn[],
): Promise<Result | undefined> {
  await remote.settle(scope.signal);
  const { statements, connection } = remote;
  const choice = statements.choose(sql, columns, connection);
  if (choice !== undefined) {
    const request = { kind: 'extended', sql, resultFormats: choice.formats } as const;
    const { last, described, guardFailed } = await stream(scope, remote, request, consumer, choice.guard);
    if (guardFailed) statements.distrustFloats();
    // Refused before anything ran, because the remote table has changed: outside a transaction that is as if unsent.
    const isStale = last?.kind === 'error' && described === 0 && connection.transactionStatus === 'I';
    if (isStale) statements.forget(sql);
    if (!isStale && !guardFailed) return last;
  }
  const { last, rowCount } = await stream(scope, remote, { kind: 'simple', sql }, consumer);
  if (last?.kind === 'rows' && columns.length > 0) statements.remember(sql, last.fields, rowCount);
  return last;
}

interface Streamed {
  readonly last: Result | undefined;
  /** Number of row sets that began. */
  readonly described: number;
  readonly rowCount: number;
  /** Nothing ran, because the guard of the request failed. */
  readonly guardFailed: boolean;
}

async function stream(
  scope: Scope,
  remote: Remote,
  request: RemoteRequest,
  consumer: RowConsumer,
  guard?: string,
): Promise<Streamed> {
  let described = 0;
  let rowCount = 0;
  let guardFailed = false;
  const policy: RowPolicy = {
    kind: 'stream',
    consumer: {
      rowSet: (header) => {
        described++;
        consumer.rowSet(header);
      },
      rows: (bytes, start, end, count) => {
        rowCount += count;
        return consumer.rows(bytes, start, end, count);
      },
    },
    header: (fields, body) => rowSetHeader(remote, fields, body),
  };
  const failed = (): void => {
    guardFailed = true;
  };
  const command = remote.begin(request, policy, guard === undefined ? undefined : { sql: guard, failed });
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
    return { last, described, rowCount, guardFailed };
  } catch (error) {
    // Rows that the caller cannot take are no reason to undo what the statement does remotely.
    remote.leave(isCancelled(scope.signal) ? 'cancel' : 'read to the end');
    throw error;
  }
}

/** A dblink call that cannot send its query throws away what others left unread. */
async function discardPending(scope: Scope, remote: Remote): Promise<void> {
  if (remote.command?.isKept !== true) return;
  while ((await remote.nextResult(scope.signal)) !== undefined);
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
