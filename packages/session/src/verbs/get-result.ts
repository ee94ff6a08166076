import type { Result } from '../command.ts';
import { deliverRows } from '../deliver.ts';
import { relay } from '../relay.ts';
import type { RowConsumer, RowOutcome } from '../rows.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/**
 * dblink_get_result: the next result of what dblink_send_query sent; nothing once there is no more. An interrupted wait
 * leaves the query running and its results collectable.
 */
export async function getResult(
  scope: Scope,
  name: string,
  failOnError: boolean,
  consumer: RowConsumer,
): Promise<RowOutcome> {
  const { remote } = openConnection(scope, name);
  const result = await remote.nextResult(scope.signal);
  if (result === undefined) return { kind: 'none' };
  if (result.kind === 'command') return { kind: 'status', tag: result.tag };
  const { command } = remote;
  if (result.kind !== 'rows' || command === undefined) return failed(result);
  try {
    const end = await deliverRows(scope, remote, command, result, consumer);
    if (end.kind === 'complete') return { kind: 'rows' };
    remote.note(end);
    return failed(end);
  } catch (error) {
    command.skip(result);
    throw error;
  }

  function failed(failure: Result): RowOutcome {
    relay(scope, { remote, name }, failure, 'while executing query', failOnError);
    return { kind: 'none' };
  }
}
