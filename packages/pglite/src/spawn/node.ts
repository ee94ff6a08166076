import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { SpawnNetworkThread } from '../bridge/thread.ts';
import { bundleFromSource } from './from-source.ts';
import { FINISH, type NetworkOptions, WAKE, type WorkerData } from './worker-data.ts';

/** How long the end of a database waits for remote servers to take cancel requests. */
const FINISH_MS = 1_000;
/** The number of a thread that has ended. */
const GONE = -1;

/**
 * Starts network workers as Node threads. They keep no process alive, and a fault in one of them is the statement's
 * that waits for it, not the process's.
 *
 * @param url - the worker's module; the built one when not given
 */
export function nodeThreads(network: NetworkOptions, url: URL | undefined): SpawnNetworkThread {
  const module = url ?? workerModule();
  return (memory) => {
    // Flags of the main program, such as --input-type, are not the worker's.
    const data: WorkerData = { ...memory, network };
    const worker = new Worker(module, { workerData: data, name: 'dblink', execArgv: [] });
    worker.unref();
    // Whoever waits learns of it by the pulse; without a listener it would end the whole process.
    worker.on('error', () => undefined);
    const end = (): void => {
      worker.terminate().catch(() => undefined);
    };
    return {
      wake: () => worker.postMessage(WAKE),
      end,
      finish: () =>
        new Promise((resolve) => {
          if (worker.threadId === GONE) {
            resolve();
            return;
          }
          const timer = setTimeout(end, FINISH_MS);
          worker.once('exit', () => {
            clearTimeout(timer);
            resolve();
          });
          worker.ref();
          worker.postMessage(FINISH);
        }),
    };
  };
}

/** Beside the built package lies the built worker; the sources are bundled when they are what runs. */
function workerModule(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts') ? bundleFromSource(createRequire(here), here) : new URL('./worker.js', here);
}
