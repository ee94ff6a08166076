import { connectionNotAvailable } from '../errors.ts';
import { establish, originOf } from '../establish.ts';
import type { Scope } from '../scope.ts';
import { truncateIdentifier } from '../truncate.ts';
import { connect } from './connect.ts';

/**
 * dblink_reconnect: makes a connection again from the foreign server or connection string that it was made from, and
 * closes the old one once the new one is there. The caller's own rights count: a foreign server's options and user
 * mapping are looked up anew, and the password rule holds.
 *
 * @throws DblinkError 08003, and whatever connecting fails with; the old connection stays then
 */
export async function reconnect(scope: Scope, name: string | undefined): Promise<'OK'> {
  const slot = scope.connections.find(name);
  const target = slot?.origin?.target;
  if (slot === undefined || target === undefined) throw connectionNotAvailable(name);
  const remote = await establish(scope, target);
  if (scope.connections.find(name) !== slot) {
    remote.close();
    throw connectionNotAvailable(name);
  }
  scope.connections.replace(slot, remote, originOf(scope, target));
  return 'OK';
}

/**
 * dblink_connect_if_not_exists: connects unless a connection of that name, or the unnamed one, is there, as a notice says
 * then. A connection that is lost does not count as being there.
 */
export async function connectIfNotExists(scope: Scope, name: string | undefined, target: string): Promise<'OK'> {
  const slot = scope.connections.find(name);
  if (slot === undefined) return connect(scope, name, target);
  if (slot.remote.state === 'lost') {
    scope.connections.replace(slot, await establish(scope, target), originOf(scope, target));
    return 'OK';
  }
  scope.notice({
    level: 'NOTICE',
    sqlState: '42710',
    message:
      name === undefined
        ? 'unnamed connection already exists, skipping'
        : `connection "${truncateIdentifier(name)}" already exists, skipping`,
  });
  return 'OK';
}
