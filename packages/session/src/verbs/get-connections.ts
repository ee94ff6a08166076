import type { Scope } from '../scope.ts';

/** dblink_get_connections: names of the open named connections; null, not an empty list, when there is none. */
export function getConnections(scope: Scope): string[] | null {
  const names = scope.connections.names();
  return names.length === 0 ? null : names;
}
