import type { Arguments } from './arguments.ts';
import { CITIES } from './data/cities.ts';
import { COUNTRIES } from './data/countries.ts';
import { EARTHQUAKES } from './data/earthquakes.ts';
import { load } from './load/load.ts';
import type { Printer } from './print.ts';
import type { Progress } from './progress.ts';
import { useGivenServers } from './servers/given.ts';
import { startOwnServers } from './servers/own.ts';
import type { Servers } from './servers/remote.ts';
import { readSqlFile } from './sql-files.ts';
import { withDatabase } from './tour/database.ts';
import { playTour } from './tour/play.ts';

/** What the command line asked for, when it asked for a run. */
export type Wanted = Extract<Arguments, { readonly kind: 'own servers' | 'given servers' }>;

/**
 * Runs the application from the first server's start to the last one's end.
 *
 * Gives what went wrong, the cause of the end first; nothing when all went well.
 */
export async function run(
  wanted: Wanted,
  printer: Printer,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const failures: unknown[] = [];
  let servers: Servers | undefined;
  try {
    servers = wanted.kind === 'own servers' ? await startOwnServers(progress) : useGivenServers(wanted);
    signal.throwIfAborted();
    await perform(servers, printer, progress, signal);
    signal.throwIfAborted();
    const lost = await servers.findLost();
    if (lost !== undefined) throw lost;
  } catch (error) {
    // A connection that breaks says less than why it broke.
    failures.push(signal.aborted ? signal.reason : ((await servers?.findLost()) ?? error));
  }
  try {
    await servers?.close(progress);
  } catch (error) {
    failures.push(error);
  }
  return failures;
}

async function perform(servers: Servers, printer: Printer, progress: Progress, signal: AbortSignal): Promise<void> {
  const { atlas, seismo } = servers;
  printer.sources([COUNTRIES, CITIES, EARTHQUAKES]);
  await load(atlas, [COUNTRIES, CITIES], progress, signal);
  await load(seismo, [EARTHQUAKES], progress, signal);
  const script = await readSqlFile('tour');
  const conninfos = { atlas: atlas.conninfo, seismo: seismo.conninfo };
  await withDatabase(progress, signal, async (execute) => {
    printer.variables(servers);
    await playTour(script, conninfos, execute, printer, signal);
  });
}
