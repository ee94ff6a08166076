import { isCancelled, type Result, type RowPolicy } from '../command.ts';
import { rowSetHeader } from '../deliver.ts';
import { submitDescribed } from '../described.ts';
import { DblinkError, type DblinkMessageFields } from '../errors.ts';
import { submitGuarded } from '../guarded.ts';
import { relay, relayedFields, type Subject } from '../relay.ts';
import type { Remote, Road } from '../remote.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { withTarget } from '../target.ts';
import type { Approach, DeclaredColumn, ResultSize } from '../wire-format.ts';

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
    const { remote } = subject;
    const settling = remote.settle(scope.signal);
    if (settling !== undefined) await settling;
    const { statements, connection } = remote;
    const approach = statements.choose(sql, columns, connection);
    if (approach.kind === 'formats') {
      const streamed = await streamInFormats(scope, remote, sql, consumer, approach);
      if (streamed !== undefined) return outcomeOf(scope, subject, streamed.last, failOnError);
    }
    const road: Road | undefined =
      approach.kind === 'describe first' ? (command) => submitDescribed(connection, sql, approach, command) : undefined;
    const { last, size } = await stream(scope, remote, sql, consumer, road);
    if (last?.kind === 'rows' && columns.length > 0) statements.remember(sql, last.fields, size, connection);
    return outcomeOf(scope, subject, last, failOnError);
  });
}

/** What the last result of a query means to its caller; a failure is relayed. */
export function outcomeOf(
  scope: Scope,
  subject: Subject,
  result: Result | undefined,
  failOnError: boolean,
): RowOutcome {
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
}

/** Asks for the formats that were right the last time; undefined when nothing ran because they no longer are. */
async function streamInFormats(
  scope: Scope,
  remote: Remote,
  sql: string,
  consumer: RowConsumer,
  { formats, guard }: Extract<Approach, { kind: 'formats' }>,
): Promise<Streamed | undefined> {
  const { statements, connection } = remote;
  let guardFailed = false;
  const streamed = await stream(scope, remote, sql, consumer, (command) => {
    const request = { kind: 'extended', sql, resultFormats: formats } as const;
    if (guard === undefined) return connection.submit(request, command);
    const failed = (): void => {
      guardFailed = true;
    };
    return submitGuarded(connection, { sql: guard, failed }, request, command);
  });
  if (guardFailed) statements.distrustFloats();
  // Refused before anything ran, because the remote table has changed: outside a transaction that is as if unsent.
  const isStale = streamed.last?.kind === 'error' && streamed.described === 0 && connection.transactionStatus === 'I';
  if (isStale) statements.forget(sql);
  return isStale || guardFailed ? undefined : streamed;
}

interface Streamed {
  readonly last: Result | undefined;
  /** Number of row sets that began. */
  readonly described: number;
  readonly size: ResultSize;
}

/** Runs a statement and hands its row sets to the consumer while they arrive. */
export async function stream(
  scope: Scope,
  remote: Remote,
  sql: string,
  consumer: RowConsumer,
  road?: Road,
): Promise<Streamed> {
  let described = 0;
  let rowCount = 0;
  let byteLength = 0;
  const policy: RowPolicy = {
    kind: 'stream',
    consumer: {
      rowSet: (header) => consumer.rowSet(header),
      rows: (bytes, start, end, count) => {
        rowCount += count;
        byteLength += end - start;
        return consumer.rows(bytes, start, end, count);
      },
    },
    header: (fields, body) => {
      described++;
      return rowSetHeader(remote, fields, body);
    },
  };
  const command = remote.begin(sql, policy, road);
  if (command === undefined) {
    const reason = remote.errorText;
    await discardPending(scope, remote);
    throw new DblinkError({ sqlState: 'XX000', message: `could not send query: ${reason}` });
  }
  try {
    const last = await remote.lastResult(command, scope.signal);
    remote.holdUntil(() => consumer.isTaken?.() ?? true);
    return { last, described, size: { rowCount, byteLength } };
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
