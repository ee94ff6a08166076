import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_cancel_query: `OK` once the cancel request is delivered, else libpq's reason. */
export function cancelQuery(scope: Scope, name: string): Promise<string> {
  return openConnection(scope, name).remote.cancel();
}
