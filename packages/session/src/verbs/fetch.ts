import { type Command, isCancelled, type Result } from '../command.ts';
import { deliverRows } from '../deliver.ts';
import { submitDescribed } from '../described.ts';
import { DblinkError } from '../errors.ts';
import { relay } from '../relay.ts';
import type { Remote, Road } from '../remote.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';
import type { DeclaredColumn } from '../wire-format.ts';

/**
 * dblink_fetch: the next rows of a cursor; all of them have arrived before the first is handed on.
 *
 * @param columns - the caller's column list, if it can be known: lets values that are the same in binary come so
 */
export async function fetch(
  scope: Scope,
  name: string | undefined,
  cursor: string,
  howMany: number,
  failOnError: boolean,
  consumer: RowConsumer,
  columns: readonly DeclaredColumn[] = [],
): Promise<RowOutcome> {
  const { remote } = openConnection(scope, name);
  await remote.settle(scope.signal);
  const sql = `FETCH ${howMany} FROM ${cursor}`;
  const command = remote.begin(sql, { kind: 'keep' }, roadOf(remote, sql, cursor, howMany, columns));
  const last = command === undefined ? undefined : await lastRowSet(scope, remote, command, consumer);
  if (last?.kind === 'rows') {
    remote.statements.rememberCursor(cursor, last.fields);
    return { kind: 'rows' };
  }
  if (last?.kind === 'command') {
    throw new DblinkError({ sqlState: '34000', message: `cursor "${cursor}" does not exist` });
  }
  relay(scope, { remote, name }, last, `while fetching from cursor "${cursor}"`, failOnError);
  return { kind: 'none' };
}

function roadOf(
  { statements, connection }: Remote,
  sql: string,
  cursor: string,
  howMany: number,
  columns: readonly DeclaredColumn[],
): Road | undefined {
  const approach = statements.chooseForFetch(cursor, howMany, columns, connection);
  switch (approach.kind) {
    case 'simple':
      return undefined;
    case 'formats':
      return (command) => connection.submit({ kind: 'extended', sql, resultFormats: approach.formats }, command);
    case 'describe first':
      return (command) => submitDescribed(connection, sql, approach, command);
  }
}

/** Reads to the end of the command; if its last result is a row set, that one has been delivered. */
async function lastRowSet(
  scope: Scope,
  remote: Remote,
  command: Command,
  consumer: RowConsumer,
): Promise<Result | undefined> {
  let last: Result | undefined;
  let delivered: Result | undefined;
  try {
    for (;;) {
      const result = await remote.nextResult(scope.signal);
      if (result === undefined) break;
      if (last?.kind === 'copy') continue;
      last = result;
      if (result.kind === 'rows' && result.end === undefined) {
        // Too many rows to keep: they are handed on while they arrive.
        const end = await deliverRows(scope, remote, command, result, consumer);
        if (end.kind !== 'complete') {
          remote.note(end);
          last = end;
        }
        delivered = result;
      }
    }
    if (last?.kind === 'rows' && last !== delivered) await deliverRows(scope, remote, command, last, consumer);
    return last;
  } catch (error) {
    remote.leave(isCancelled(scope.signal) ? 'cancel' : 'read to the end');
    throw error;
  }
}
