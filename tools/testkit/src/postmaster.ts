import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { endProcess, hasEnded } from './ending.ts';
import { programPath } from './installations.ts';
import { programOptions, runProgram } from './programs.ts';
import type { Release } from './supervisor.ts';
import type { Workplace } from './workshop.ts';

/** Why a server is not ready, or that it is. */
export type StartState = 'ready' | 'port taken' | { readonly log: string };

const patience = 60_000;
const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits until the postmaster says in its lock file that it is up. */
export async function untilReady(
  server: ChildProcess,
  dataDir: string,
  log: () => Promise<string>,
): Promise<StartState> {
  let failure: Error | undefined;
  server.once('error', (error) => {
    failure = error;
  });
  const deadline = Date.now() + patience;
  for (;;) {
    if (failure !== undefined) return { log: failure.message };
    const text = await log();
    // With two addresses the server is content with one; the other may then belong to somebody else's server.
    if (/could not bind|could not create any TCP\/IP sockets/.test(text)) return 'port taken';
    if (hasEnded(server)) return { log: text };
    // A standby with `hot_standby` off says "standby": it is up, and takes no connections.
    if (/^(ready|standby)$/.test(statusLine(server, dataDir) ?? '')) return 'ready';
    if (Date.now() > deadline) return { log: `not ready after ${patience} ms\n${text}` };
    await pause(10);
  }
}

/** Fast shutdown; what does not end is shut down at once, and in the end killed. */
export async function stopServer(server: ChildProcess): Promise<void> {
  await endProcess(server, [
    ['SIGINT', 15_000],
    ['SIGQUIT', 8_000],
    ['SIGKILL', 8_000],
  ]);
}

/** Kills the postmaster as a crash would, and waits for its children. */
export async function killServer(server: ChildProcess, dataDir: string): Promise<void> {
  if (server.pid === undefined || hasEnded(server)) return;
  const children = processesIn(dataDir);
  await endProcess(server, [['SIGKILL', patience]]);
  await endOrphans(dataDir, children);
}

/**
 * Waits for the children of a killed postmaster, who end when they miss it; one that is too busy to look is killed.
 * The children that are known already are waited for until nothing of them is left to be seen.
 */
export async function endOrphans(dataDir: string, known: readonly number[] = []): Promise<void> {
  const startedAt = Date.now();
  const children = new Set(known);
  for (;;) {
    for (const child of processesIn(dataDir)) children.add(child);
    const left = [...children].filter(isAlive);
    const waited = Date.now() - startedAt;
    // Whoever inherits orphans may be slow to collect the dead.
    if (left.length === 0 || waited > 10_000) return;
    if (waited > 3000) for (const child of left) killChild(child);
    await pause(10);
  }
}

/**
 * Removes the few bytes of System V shared memory that every PostgreSQL holds as a lock and a killed one leaves behind:
 * the server's own check run finds the dead segment by the data directory, drops it, and removes its own at the end.
 */
export async function releaseInterlock(place: Workplace, dataDir: string, home: string): Promise<void> {
  const { file, args } = interlockRelease(place, dataDir, home);
  await runProgram(file, args, place.identity, home);
}

/** The same as a program for the supervisor to run, when nobody else is left to do it. */
export function interlockRelease(place: Workplace, dataDir: string, home: string): Release {
  return {
    file: programPath(place.installation, 'postgres'),
    args: ['--check', '-D', dataDir],
    options: programOptions(place.identity, home),
  };
}

/** What this server says of itself; the lock file may still be that of one that was killed before it. */
function statusLine(server: ChildProcess, dataDir: string): string | undefined {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return undefined;
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return Number(lines[0]) === server.pid ? lines[7]?.trim() : undefined;
  } catch {
    return undefined;
  }
}

/** Every process of a server works in its data directory; empty where there is no /proc to tell. */
function processesIn(dataDir: string): readonly number[] {
  if (!existsSync('/proc/self/cwd') || !existsSync(dataDir)) return [];
  const directory = realpathSync(dataDir);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && workingDirectory(name) === directory)
    .map(Number);
}

function workingDirectory(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function killChild(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in between.
  }
}
