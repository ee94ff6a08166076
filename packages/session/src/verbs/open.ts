import { DblinkError } from '../errors.ts';
import { relay } from '../relay.ts';
import { runCommand } from '../run.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_open: declares a cursor, in a transaction of its own if the remote session has none. */
export async function open(
  scope: Scope,
  name: string | undefined,
  cursor: string,
  sql: string,
  failOnError: boolean,
): Promise<'OK' | 'ERROR'> {
  const slot = openConnection(scope, name);
  const { remote } = slot;
  await remote.settle(scope.signal);
  if (remote.transactionStatus === 'idle') {
    const begun = await runCommand(remote, 'BEGIN', scope.signal);
    if (begun?.kind !== 'command') {
      throw new DblinkError({ sqlState: 'XX000', message: `begin error: ${remote.errorText}` });
    }
    slot.autoXact = true;
    slot.openCursorCount = 0;
  }
  // Counted before it is known whether DECLARE works: later closes depend on that.
  if (slot.autoXact) slot.openCursorCount++;
  const result = await runCommand(remote, `DECLARE ${cursor} CURSOR FOR ${sql}`, scope.signal);
  if (result?.kind === 'command') return 'OK';
  relay(scope, { remote, name }, result, `while opening cursor "${cursor}"`, failOnError);
  return 'ERROR';
}
