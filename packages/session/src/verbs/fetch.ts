import { type Command, isCancelled, type Result } from '../command.ts';
import { deliverRows } from '../deliver.ts';
import { DblinkError } from '../errors.ts';
import { relay } from '../relay.ts';
import type { Remote } from '../remote.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_fetch: the next rows of a cursor; all of them have arrived before the first is handed on. */
export async function fetch(
  scope: Scope,
  name: string | undefined,
  cursor: string,
  howMany: number,
  failOnError: boolean,
  consumer: RowConsumer,
): Promise<RowOutcome> {
  const { remote } = openConnection(scope, name);
  await remote.settle(scope.signal);
  const command = remote.begin(`FETCH ${howMany} FROM ${cursor}`, { kind: 'keep' });
  const last = command === undefined ? undefined : await lastRowSet(scope, remote, command, consumer);
  if (last?.kind === 'rows') return { kind: 'rows' };
  if (last?.kind === 'command') {
    throw new DblinkError({ sqlState: '34000', message: `cursor "${cursor}" does not exist` });
  }
  relay(scope, { remote, name }, last, `while fetching from cursor "${cursor}"`, failOnError);
  return { kind: 'none' };
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
