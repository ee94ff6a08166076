import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';

/** What the system holds that a server could leave behind. */
export interface Holdings {
  readonly folders: readonly string[];
  readonly devShm: readonly string[];
  readonly sharedSegments: readonly string[];
}

/** Reads the holdings of this moment; other programs on the machine have some too, so compare by what is ours. */
export function holdings(): Holdings {
  return {
    folders: readdirSync(tmpdir()).filter((name) => name.startsWith('pgt-')),
    devShm: existsSync('/dev/shm') ? readdirSync('/dev/shm').filter((name) => name.startsWith('PostgreSQL')) : [],
    sharedSegments: existsSync('/proc/sysvipc/shm')
      ? readFileSync('/proc/sysvipc/shm', 'utf8')
          .split('\n')
          .slice(1)
          .map((line) => line.trim().split(/\s+/)[1] ?? '')
      : [],
  };
}

/** The System V segment that a postmaster of this data directory holds, from its lock file. */
export function segmentOf(dataDir: string): string {
  const line = readFileSync(`${dataDir}/postmaster.pid`, 'utf8').split('\n')[6] ?? '';
  return line.trim().split(/\s+/)[1] ?? '';
}

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a port can be bound on 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Waits until a condition holds; rejects after thirty seconds. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let left = 1500; !(await condition()); left -= 1) {
    if (left === 0) throw new Error(`not within thirty seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
