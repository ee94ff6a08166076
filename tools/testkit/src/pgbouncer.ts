import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { conninfoText } from './conninfo-text.ts';
import { type Daemon, findProgram, startDaemon } from './daemon.ts';
import type { StatementResult } from './sql-outcome.ts';
import { openSession } from './superuser-session.ts';

/** How a pooler is set up. */
export interface PgbouncerOptions {
  /** When a server connection goes back to its pool. */
  readonly poolMode: 'session' | 'transaction' | 'statement';
  /** Server connections for one database and user; 1 makes all clients share one. */
  readonly poolSize?: number;
  /** Roles besides `postgres`, with the password that pgbouncer knows. */
  readonly users?: Readonly<Record<string, string>>;
  /** Lines of pgbouncer's hba file that come before trust for everybody. */
  readonly hba?: readonly string[];
  /** Offers TLS to clients with the certificate of the cluster, which must have one. */
  readonly tls?: boolean;
  /** Settings of the `[pgbouncer]` section on top of the base ones. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A running pgbouncer that belongs to this process. */
export interface Pgbouncer extends Daemon {
  /** Connection string of database `postgres` as superuser through the pooler, with what is given on top. */
  conninfo(overrides?: Readonly<Record<string, string>>): string;
  /** Runs a command of the admin console: `SHOW POOLS`, `RECONNECT`. */
  console(command: string): Promise<readonly StatementResult[]>;
}

/** Where pgbouncer lies; undefined when it is not installed. */
export function findPgbouncer(): string | undefined {
  return findProgram('pgbouncer');
}

/**
 * Starts pgbouncer in front of a cluster; it reaches it over its unix socket.
 *
 * @throws Error when it is not installed, or with its log when it does not start.
 * @example const pooler = await startPgbouncer(cluster, { poolMode: 'transaction', poolSize: 1 })
 */
export async function startPgbouncer(cluster: Cluster, options: PgbouncerOptions): Promise<Pgbouncer> {
  const program = findPgbouncer();
  if (program === undefined) throw new Error('pgbouncer is not installed');
  const daemon = await startDaemon({
    program,
    configure: (folder, port) => ({
      args: [join(folder, 'pgbouncer.ini')],
      files: {
        'pgbouncer.ini': iniText(cluster, options, folder, port),
        users: usersText({ postgres: '', ...options.users }),
        hba: `${[...(options.hba ?? []), 'local all all trust', 'host all all 127.0.0.1/32 trust'].join('\n')}\n`,
      },
    }),
    isReady: (_folder, log) => log.includes('process up'),
  });
  const { folder, host, port } = daemon;
  return {
    ...daemon,
    conninfo: (overrides = {}) =>
      conninfoText({ host, port: String(port), user: 'postgres', dbname: 'postgres', ...overrides }),
    console: async (command) => {
      const path = join(folder, `.s.PGSQL.${port}`);
      const session = await openSession({ path }, { user: 'postgres', database: 'pgbouncer' });
      try {
        const { error, results } = await session.run(command);
        if (error !== undefined) throw new Error(error.message);
        return results;
      } finally {
        await session.close();
      }
    },
  };
}

function iniText(cluster: Cluster, options: PgbouncerOptions, folder: string, port: number): string {
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: folder,
    auth_type: 'hba',
    auth_hba_file: join(folder, 'hba'),
    auth_file: join(folder, 'users'),
    admin_users: 'postgres',
    pool_mode: options.poolMode,
    default_pool_size: String(options.poolSize ?? 5),
    // A server that went away is tried again soon enough for a test.
    server_login_retry: '1',
    ...(options.tls === true ? tlsSettings(cluster) : {}),
    ...options.settings,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`);
  const database = conninfoText({ host: cluster.socketDir, port: String(cluster.port) });
  return `[databases]\n* = ${database}\n[pgbouncer]\n${lines.join('\n')}\n`;
}

function tlsSettings({ tls }: Cluster): Readonly<Record<string, string>> {
  if (tls === undefined) throw new Error('the cluster has no certificate for pgbouncer to show');
  return {
    client_tls_sslmode: 'allow',
    client_tls_cert_file: tls.server.certificateFile,
    client_tls_key_file: tls.server.keyFile,
    client_tls_ca_file: tls.caFile,
  };
}

function usersText(users: Readonly<Record<string, string>>): string {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return Object.entries(users)
    .map(([name, password]) => `${quoted(name)} ${quoted(password)}\n`)
    .join('');
}
