import type { ToWorker } from './frames.ts';

/** What a network worker is started with: memory that it shares with the engine's thread. */
export interface ThreadMemory {
  readonly control: SharedArrayBuffer;
  readonly pulse: SharedArrayBuffer;
}

/** A running network worker. */
export interface NetworkThread {
  post(message: ToWorker): void;
  end(): void;
}

/** Starts a network worker; it may be called while the thread's event loop stands still. */
export type SpawnNetworkThread = (memory: ThreadMemory) => NetworkThread;
