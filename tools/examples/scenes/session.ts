// The world around the examples of session: a dblink with one connection to a real server, whatever host is named.

import { type Connection, connect as connectNode } from '@pg-dblink/client/node';
import { createDblink, DblinkError } from '@pg-dblink/session';

const SERVER = process.env['EXAMPLE_CONNINFO'] ?? '';

export const connect = (conninfo: string): Promise<Connection> => connectNode(`${conninfo} ${SERVER}`);
export const db = createDblink({ connect });
await db.connect('c', '');
export const controller = new AbortController();
export const error: unknown = new DblinkError({ sqlState: '08003', message: 'connection not available' });
