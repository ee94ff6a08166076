import type { Command } from '../command.ts';
import type { Remote } from '../remote.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_send_query: 1 when the query is on its way, 0 after a notice that says why it is not. */
export async function sendQuery(scope: Scope, name: string, sql: string): Promise<0 | 1> {
  const { remote } = openConnection(scope, name);
  await remote.settle(scope.signal);
  return whetherSent(scope, remote, remote.begin(sql, { kind: 'keep' }));
}

/** The answer of PQsendQuery; a notice says why nothing was sent. */
export function whetherSent(scope: Scope, remote: Remote, command: Command | undefined): 0 | 1 {
  if (command !== undefined) return 1;
  scope.notice({ level: 'NOTICE', sqlState: '00000', message: `could not send query: ${remote.errorText}` });
  return 0;
}
