import { connectionNotAvailable } from '../errors.ts';
import type { Scope } from '../scope.ts';

/** dblink_disconnect: closes at once, whatever the connection is doing. */
export function disconnect(scope: Scope, name: string | undefined): 'OK' {
  const remote = scope.connections.remove(name);
  if (remote === undefined) throw connectionNotAvailable(name);
  remote.close();
  return 'OK';
}
