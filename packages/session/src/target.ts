import type { OpenSlot } from './connections.ts';
import { connectionNotAvailable } from './errors.ts';
import { establish } from './establish.ts';
import { plus } from './ledger.ts';
import type { Subject } from './relay.ts';
import type { Scope } from './scope.ts';

/**
 * The open connection of that name, or the unnamed one.
 *
 * @throws DblinkError 08003
 */
export function openConnection(scope: Scope, name: string | undefined): OpenSlot {
  const slot = scope.connections.find(name);
  if (slot === undefined) throw connectionNotAvailable(name);
  return slot;
}

/**
 * What `dblink` and `dblink_exec` run on: an open connection of that name, else a connection of their own made from the
 * foreign server or connection string, closed when the call ends.
 */
export function withTarget<T>(
  scope: Scope,
  target: string | undefined,
  body: (subject: Subject) => Promise<T>,
): Promise<T> {
  const slot = scope.connections.find(target);
  return slot === undefined ? withOwn(scope, target, body) : body({ remote: slot.remote, name: target });
}

async function withOwn<T>(
  scope: Scope,
  target: string | undefined,
  body: (subject: Subject) => Promise<T>,
): Promise<T> {
  if (target === undefined) throw connectionNotAvailable(undefined);
  const remote = await establish(scope, target, undefined, 'connection or foreign server');
  try {
    return await body({ remote, name: undefined });
  } finally {
    scope.records.temporary = plus(scope.records.temporary, remote.ledger.totals);
    remote.closeWhenSettled();
  }
}
