import { execFileSync, spawnSync } from 'node:child_process';
import type { Cluster } from '@pg-dblink/testkit';

/** Why tests that compare with psql are left out; undefined where there is a psql. */
export const NO_PSQL: string | undefined = findPsql();

function findPsql(): string | undefined {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'no psql on this machine to compare with';
  }
}

/** What a program wrote and how it ended. */
export interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs psql against a server of the testkit, without start-up files, in UTF-8. */
export function runPsql(cluster: Cluster, args: readonly string[], input = ''): Ending {
  const { status, stdout, stderr } = spawnSync('psql', ['-X', ...args, cluster.conninfo()], {
    input,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', PGCLIENTENCODING: 'UTF8' },
    timeout: 60_000,
    maxBuffer: 1 << 28,
  });
  return { status, stdout, stderr };
}
