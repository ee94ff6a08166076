import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { programPath } from './installations.ts';
import { interlockRelease, stopServer, untilReady } from './postmaster.ts';
import { spawnServer } from './programs.ts';
import { supervisor } from './supervisor.ts';
import type { TlsFiles } from './tls-files.ts';
import type { Workplace } from './workshop.ts';

/** A data directory that is ready to be served, and where. */
export interface Site {
  readonly place: Workplace;
  /** Holds the data directory, the unix socket and the log. */
  readonly folder: string;
  readonly dataDir: string;
  readonly port: number;
  readonly tls: TlsFiles | undefined;
}

/** Where the server or daemon of a folder writes its log. */
export function logFile(folder: string): string {
  return join(folder, 'log');
}

/**
 * Starts a server and waits until it accepts connections.
 *
 * @throws Error with the server's log when it does not start.
 */
export async function launch({ dataDir, folder, place }: Site): Promise<ChildProcess | 'port taken'> {
  const logDescriptor = openSync(logFile(folder), 'a', 0o600);
  const program = programPath(place.installation, 'postgres');
  const server = spawnServer(program, ['-D', dataDir], place.identity, folder, logDescriptor);
  closeSync(logDescriptor);
  if (server.pid !== undefined) supervisor().watchServer(server.pid, folder, interlockRelease(place, dataDir, folder));
  const state = await untilReady(server, dataDir, () => readFile(logFile(folder), 'utf8'));
  if (state === 'ready') return server;
  await stopServer(server);
  if (state === 'port taken') return state;
  throw new Error(`the server did not start:\n${state.log}`);
}
