import { establish, originOf } from '../establish.ts';
import type { Scope } from '../scope.ts';
import { truncateIdentifier } from '../truncate.ts';

/** dblink_connect: makes the named connection, or replaces the unnamed one. */
export async function connect(scope: Scope, name: string | undefined, target: string): Promise<'OK'> {
  if (name === undefined) {
    scope.connections.replaceUnnamed(await establish(scope, target), originOf(scope, target));
    return 'OK';
  }
  await establish(scope, target, () => {
    noticeTruncation(scope, name);
    return scope.connections.reserve(name);
  });
  return 'OK';
}

function noticeTruncation(scope: Scope, name: string): void {
  const kept = truncateIdentifier(name);
  if (kept === name) return;
  const message = `identifier "${name}" will be truncated to "${kept}"`;
  scope.notice({ level: 'NOTICE', sqlState: '42622', message });
}

/** dblink_connect_u: the same for a caller whom the local database's owner vouches for. */
export function connectUntrusted(scope: Scope, name: string | undefined, target: string): Promise<'OK'> {
  return connect({ ...scope, local: { ...scope.local, isSuperuser: () => true } }, name, target);
}
