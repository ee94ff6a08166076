/** What a network worker is started with: memory that it shares with the engine's thread. */
export interface ThreadMemory {
  readonly control: SharedArrayBuffer;
  readonly pulse: SharedArrayBuffer;
  /** The ring that leads to the worker. */
  readonly requests: SharedArrayBuffer;
  /** The rings that lead back, one for each depth of nested calls. */
  readonly answers: readonly SharedArrayBuffer[];
}

/** A running network worker. */
export interface NetworkThread {
  /** Makes it look into its request ring. */
  wake(): void;
  /** Ends it at once. */
  end(): void;
  /** Ends it once the remote servers have taken the cancel requests that are on their way; it does not wait long. */
  finish(): Promise<void>;
}

/** Starts a network worker; it may be called while the thread's event loop stands still. */
export type SpawnNetworkThread = (memory: ThreadMemory) => NetworkThread;
