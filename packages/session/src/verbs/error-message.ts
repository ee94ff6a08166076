import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_error_message: the connection's error text buffer, or `OK` when it is empty. */
export function errorMessage(scope: Scope, name: string): string {
  return openConnection(scope, name).remote.errorText || 'OK';
}
