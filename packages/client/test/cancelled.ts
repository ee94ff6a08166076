import type { Connection } from '../src/index.ts';
import { sqlStateOf } from './sql-state-of.ts';

/** The SQLSTATE that a query ends with when it is cancelled by call: again and again, for a cancel that comes before its statement is lost. */
export async function stateOfCancelled(connection: Connection, sql: string): Promise<string> {
  const call = sqlStateOf(connection.query(sql));
  const timer = setInterval(() => void connection.cancel().catch(() => undefined), 100);
  try {
    return await call;
  } finally {
    clearInterval(timer);
  }
}
