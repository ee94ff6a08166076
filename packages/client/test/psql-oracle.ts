import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isConnectError } from '../src/index.ts';
import { connect } from '../src/node.ts';

/** Where a real libpq is, if there is one: psql of a PostgreSQL installation. */
export const PSQL: string | undefined = ['/usr/bin/psql', '/usr/lib/postgresql/15/bin/psql'].find((path) =>
  existsSync(path),
);

/** How an attempt to connect went: whether over TLS, or in libpq's words why not. */
export type Outcome = { readonly connected: 'tls' | 'plain' } | { readonly refused: string };

const QUESTION = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';

/** What the machine's libpq makes of a connection string. */
export async function askPsql(conninfo: string): Promise<Outcome> {
  const answer = await runPsql(conninfo, QUESTION);
  return 'refused' in answer ? answer : { connected: answer.value === 't' ? 'tls' : 'plain' };
}

/** What psql prints for a query of one row and one column, or why it could not connect. */
export function runPsql(
  conninfo: string,
  sql: string,
): Promise<{ readonly value: string } | { readonly refused: string }> {
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent', PGPASSFILE: '/nonexistent/none', LC_ALL: 'C' };
  return new Promise((resolve, reject) => {
    if (PSQL === undefined) {
      reject(new Error('no psql'));
      return;
    }
    execFile(PSQL, ['-XAtwc', sql, conninfo], { env: environment, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error === null) resolve({ value: stdout.trim() });
      else resolve({ refused: stderr.trim().replace(/^psql: error: /, '') });
    });
  });
}

/** What our client makes of it. */
export async function askClient(conninfo: string): Promise<Outcome> {
  try {
    const connection = await connect(conninfo);
    const [result] = await connection.query(QUESTION);
    await connection.close();
    return { connected: result?.rows[0]?.['ssl'] === true ? 'tls' : 'plain' };
  } catch (error) {
    if (!isConnectError(error)) throw error;
    return { refused: error.message };
  }
}
