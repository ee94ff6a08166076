import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startCluster } from '@pg-dblink/testkit';
import { capture } from '../decode/capture.ts';
import type { Target } from '../side/work.ts';
import type { Workshop } from '../side/workshop.ts';

/** A process that answers as a real server has answered before. */
export interface ReplayServer extends AsyncDisposable {
  readonly target: Target;
  /** The file of the captured bytes, for those who replay in their own process. */
  readonly file: string;
}

const PORT = 5432;
/** The statement that a side asks: so many rows of the captured ones, again and again. */
export const replayed = (rows: number): string => `captured ${rows}`;

/** Lets a real server answer a query in text, and replays the answer on a unix socket of its own. */
export async function startReplay(workshop: Workshop, sql: string): Promise<ReplayServer> {
  const folder = await mkdtemp(join(workshop.folder, 'replay-'));
  const file = join(folder, 'captured');
  const cluster = await startCluster();
  try {
    await writeFile(file, await capture(cluster, { sql, format: 'text' }));
  } finally {
    await cluster.stop();
  }
  const child = spawn(process.execPath, [workshop.replayMain, join(folder, `.s.PGSQL.${PORT}`), file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    target: { host: folder, port: PORT, user: 'postgres' },
    file,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}
