import { DblinkError } from '../errors.ts';
import { relay } from '../relay.ts';
import { runCommand } from '../run.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_close: closes a cursor, and commits what dblink_open began once the count is back at zero. */
export async function close(
  scope: Scope,
  name: string | undefined,
  cursor: string,
  failOnError: boolean,
): Promise<'OK' | 'ERROR'> {
  const slot = openConnection(scope, name);
  const { remote } = slot;
  const result = await runCommand(remote, `CLOSE ${cursor}`, scope.signal);
  if (result?.kind !== 'command') {
    relay(scope, { remote, name }, result, `while closing cursor "${cursor}"`, failOnError);
    return 'ERROR';
  }
  if (slot.autoXact) {
    slot.openCursorCount--;
    if (slot.openCursorCount === 0) {
      slot.autoXact = false;
      const committed = await runCommand(remote, 'COMMIT', scope.signal);
      if (committed?.kind !== 'command') {
        throw new DblinkError({ sqlState: 'XX000', message: `commit error: ${remote.errorText}` });
      }
    }
  }
  return 'OK';
}
