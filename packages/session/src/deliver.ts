import type { Command, RowsResult } from './command.ts';
import type { RemoteField } from './connection.ts';
import type { Remote } from './remote.ts';
import type { RowConsumer, RowSetHeader } from './rows.ts';
import type { Scope } from './scope.ts';

/** A row set's header with the styles that the remote server has reported by now. */
export function rowSetHeader(remote: Remote, fields: readonly RemoteField[], body: Uint8Array): RowSetHeader {
  const { serverParameters } = remote.connection;
  return {
    fields,
    body,
    dateStyle: serverParameters.get('DateStyle'),
    intervalStyle: serverParameters.get('IntervalStyle'),
    timeZone: serverParameters.get('TimeZone'),
  };
}

/** Hands a kept row set on; resolves with how it ended. */
export function deliverRows(
  scope: Scope,
  remote: Remote,
  command: Command,
  result: RowsResult,
  consumer: RowConsumer,
): Promise<NonNullable<RowsResult['end']>> {
  consumer.rowSet(rowSetHeader(remote, result.fields, result.body));
  return command.deliver(result, consumer, scope.signal);
}
