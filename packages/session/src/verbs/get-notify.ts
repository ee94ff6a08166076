import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** One row of dblink_get_notify. */
export interface NotifyRow {
  readonly notifyName: string;
  /** Process id of the session that notified. */
  readonly bePid: number;
  /** The payload; empty when there was none. */
  readonly extra: string;
}

/** dblink_get_notify: what has arrived since the last call; the unnamed form needs no connection. */
export async function getNotify(scope: Scope, name: string | undefined): Promise<NotifyRow[]> {
  if (name === undefined && scope.connections.find(undefined) === undefined) return [];
  const { remote } = openConnection(scope, name);
  const notifications = await remote.takeNotifications();
  return notifications.map(({ channel, pid, payload }) => ({ notifyName: channel, bePid: pid, extra: payload }));
}
