import type { ConnectionRow } from '../verbs/connections.ts';
import type { MethodContext } from './context.ts';

/** What connections there are, and making them again. */
export interface ConnectionsMethods {
  /** dblink_connections: every connection, the unnamed one too, with its target, state, age and last error. */
  connections(): Promise<ConnectionRow[]>;
  /** dblink_reconnect: makes a connection again from what it was made from; the unnamed one without a name. */
  reconnect(connection?: string): Promise<'OK'>;
  /** dblink_connect_if_not_exists: connects the unnamed connection unless it is there and not lost. */
  connectIfNotExists(conninfo: string): Promise<'OK'>;
  connectIfNotExists(name: string, conninfo: string): Promise<'OK'>;
}

export function connectionsMethods({ verbsFor }: MethodContext): ConnectionsMethods {
  return {
    connections: () => verbsFor(true).connections(),
    reconnect: (connection) => verbsFor(true).reconnect(connection),
    connectIfNotExists: (first: string, second?: string) =>
      second === undefined
        ? verbsFor(true).connectIfNotExists(undefined, first)
        : verbsFor(true).connectIfNotExists(first, second),
  };
}
