import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';
import { conninfoText } from './conninfo-text.ts';
import { type Daemon, findProgram, startDaemon } from './daemon.ts';

/** A server behind the proxy. */
export interface HaproxyBackend {
  readonly name: string;
  readonly cluster: Pick<Cluster, 'host' | 'port'>;
  /** Gets connections only while no other one is up. */
  readonly isBackup?: boolean;
}

/** How a proxy is set up. */
export interface HaproxyOptions {
  /** Milliseconds that a client may be silent before the proxy closes both sides; 60,000. */
  readonly idleTimeoutMs?: number;
  /** Lines for the backend section: `option clitcpka`, `balance leastconn`. */
  readonly lines?: readonly string[];
}

/** A running haproxy that belongs to this process. */
export interface Haproxy extends Daemon {
  /** Connection string of database `postgres` as superuser through the proxy, with what is given on top. */
  conninfo(overrides?: Readonly<Record<string, string>>): string;
  /** Runs a command of its admin socket: `show servers state`, `disable server servers/a`. */
  command(text: string): Promise<string>;
  /** The names of the servers that are up. */
  serversUp(): Promise<readonly string[]>;
}

/** Where haproxy lies; undefined when it is not installed. */
export function findHaproxy(): string | undefined {
  return findProgram('haproxy');
}

/**
 * Starts haproxy in TCP mode in front of servers, with a health check every 200 ms; sessions of a server that is found
 * to be down are closed.
 *
 * @throws Error when it is not installed, or with its log when it does not start.
 * @example const proxy = await startHaproxy([{ name: 'a', cluster: primary }, { name: 'b', cluster: standby, isBackup: true }])
 */
export async function startHaproxy(
  backends: readonly HaproxyBackend[],
  options: HaproxyOptions = {},
): Promise<Haproxy> {
  const program = findHaproxy();
  if (program === undefined) throw new Error('haproxy is not installed');
  const daemon = await startDaemon({
    program,
    configure: (folder, port) => ({
      args: ['-db', '-f', join(folder, 'haproxy.cfg')],
      files: { 'haproxy.cfg': configuration(backends, options, folder, port) },
    }),
    isReady: async (folder) => existsSync(adminSocket(folder)) && (await ask(folder, 'show version')) !== undefined,
  });
  const { folder, host, port } = daemon;
  const command = async (text: string): Promise<string> => {
    const answer = await ask(folder, text);
    if (answer === undefined) throw new Error('haproxy does not answer on its admin socket');
    return answer;
  };
  return {
    ...daemon,
    conninfo: (overrides = {}) =>
      conninfoText({ host, port: String(port), user: 'postgres', dbname: 'postgres', ...overrides }),
    command,
    serversUp: async () =>
      (await command('show stat -1 4 -1'))
        .split('\n')
        .map((line) => line.split(','))
        .flatMap(([, name, ...rest]) => (name !== undefined && rest[STATUS_COLUMN]?.startsWith('UP') ? [name] : [])),
  };
}

/** Where `show stat` has the status, counted behind the two names. */
const STATUS_COLUMN = 15;

function adminSocket(folder: string): string {
  return join(folder, 'admin');
}

/** One command and its whole answer; undefined when nobody listens. */
function ask(folder: string, command: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ path: adminSocket(folder) });
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${command}\n`));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', () => resolve(undefined));
  });
}

function configuration(
  backends: readonly HaproxyBackend[],
  { idleTimeoutMs = 60_000, lines = [] }: HaproxyOptions,
  folder: string,
  port: number,
): string {
  const servers = backends.map(
    ({ cluster, isBackup, name }) =>
      `server ${name} ${cluster.host}:${cluster.port} check inter 200ms fastinter 100ms fall 2 rise 1 ` +
      `on-marked-down shutdown-sessions${isBackup === true ? ' backup' : ''}`,
  );
  return `${[
    'global',
    '  maxconn 200',
    `  stats socket ${adminSocket(folder)} level admin`,
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    `  timeout client ${idleTimeoutMs}ms`,
    `  timeout server ${idleTimeoutMs}ms`,
    'listen servers',
    `  bind 127.0.0.1:${port}`,
    ...[...lines, ...servers].map((line) => `  ${line}`),
  ].join('\n')}\n`;
}
