import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_is_busy: 1 while dblink_get_result would have to wait. */
export async function isBusy(scope: Scope, name: string): Promise<0 | 1> {
  const { remote } = openConnection(scope, name);
  return (await remote.isBusy()) ? 1 : 0;
}
