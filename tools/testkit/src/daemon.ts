import type { ChildProcess } from 'node:child_process';
import { chownSync, closeSync, existsSync, openSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { endProcess, hasEnded } from './ending.ts';
import { serverIdentity } from './identity.ts';
import { logFile } from './launch.ts';
import { freePort } from './ports.ts';
import { spawnServer } from './programs.ts';
import { supervisor } from './supervisor.ts';
import { clusterFolder } from './workshop.ts';

/** A program between clients and servers that belongs to this process. */
export interface Daemon extends AsyncDisposable {
  readonly host: '127.0.0.1';
  readonly port: number;
  readonly pid: number;
  /** Holds its configuration and its sockets. */
  readonly folder: string;
  /** What it wrote to its log so far. */
  log(): Promise<string>;
  /** Ends it and removes its folder. Safe to call twice. */
  stop(): Promise<void>;
}

/** What a daemon is started with. */
export interface DaemonPlan {
  readonly program: string;
  /** The files to write into its folder, by name, and its arguments. */
  configure(
    folder: string,
    port: number,
  ): { readonly files: Readonly<Record<string, string>>; readonly args: readonly string[] };
  /** Whether it takes connections, seen from its folder and its log. */
  isReady(folder: string, log: string): boolean | Promise<boolean>;
}

const PATIENCE_MS = 20_000;

/**
 * Where a program of the system lies; undefined when it is not installed.
 *
 * @example findProgram('pgbouncer') // '/usr/sbin/pgbouncer'
 */
export function findProgram(name: string): string | undefined {
  // An ordinary user's PATH has no sbin.
  const folders = ['/usr/sbin', '/usr/local/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(existsSync);
}

/**
 * Starts a program on a free port under the servers' account and waits until it is ready. It never outlives this
 * process.
 *
 * @throws Error with the program's log when it does not start.
 */
export async function startDaemon(plan: DaemonPlan): Promise<Daemon> {
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const started = await tryStart(plan);
    if (started !== 'port taken') return started;
  }
  throw new Error('no free TCP port could be bound in ten attempts');
}

async function tryStart(plan: DaemonPlan): Promise<Daemon | 'port taken'> {
  const folder = await clusterFolder();
  supervisor().watchFolder(folder);
  const identity = serverIdentity();
  const port = await freePort();
  const { args, files } = plan.configure(folder, port);
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o600 });
    if (identity !== undefined) chownSync(path, identity.uid, identity.gid);
  }
  const logDescriptor = openSync(logFile(folder), 'a', 0o600);
  const child = spawnServer(plan.program, args, identity, folder, logDescriptor);
  closeSync(logDescriptor);
  if (child.pid !== undefined) supervisor().watchDaemon(child.pid, folder);
  const stop = async (): Promise<void> => {
    await endProcess(child, [
      ['SIGTERM', 5000],
      ['SIGKILL', 5000],
    ]);
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    supervisor().forget(folder);
  };
  const log = (): Promise<string> => readFile(logFile(folder), 'utf8');
  const failure = await untilReady(plan, child, folder, log);
  if (failure === undefined) {
    const pid = child.pid ?? -1;
    return { host: '127.0.0.1', port, pid, folder, log, stop, [Symbol.asyncDispose]: stop };
  }
  await stop();
  if (/address already in use|cannot bind socket/i.test(failure)) return 'port taken';
  throw new Error(`${plan.program} did not start:\n${failure}`);
}

/** Waits; gives the reason when it does not become ready. */
async function untilReady(
  plan: DaemonPlan,
  child: ChildProcess,
  folder: string,
  log: () => Promise<string>,
): Promise<string | undefined> {
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  for (const deadline = Date.now() + PATIENCE_MS; ; ) {
    if (failure !== undefined) return failure.message;
    const text = await log();
    if (hasEnded(child)) return text;
    if (await plan.isReady(folder, text)) return undefined;
    if (Date.now() > deadline) return `not ready after ${PATIENCE_MS} ms\n${text}`;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
