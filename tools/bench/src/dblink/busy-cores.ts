import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Spins until whoever started it is gone, at the latest. */
const SPIN = 'const { ppid } = process; while (process.ppid === ppid) for (let i = 0; i < 1e6; i++) Math.random();';

/**
 * Runs a body while every core has a program that does nothing but spin. Each is a session of its own, as PostgreSQL's
 * backends are: Linux shares processors out among sessions, and spinners in ours would take their time from our share alone.
 */
export async function withBusyCores<T>(body: () => Promise<T>): Promise<T> {
  const spinners = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', SPIN], { detached: true, stdio: 'ignore' }),
  );
  try {
    return await body();
  } finally {
    for (const spinner of spinners) spinner.kill('SIGKILL');
  }
}
