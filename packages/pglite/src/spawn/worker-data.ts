import type { EgressPolicy } from '@pg-dblink/client';
import type { ThreadMemory } from '../bridge/thread.ts';

/** Messages to the worker: look into the request ring; end in order. */
export const WAKE = 0;
export const FINISH = 1;

/** What the host allows to connections that SQL asks for; plain data, because it crosses into the worker. */
export interface NetworkOptions {
  /** Whether connection strings may name local files (passfile, service, sslkey, sslrootcert …), or which paths. */
  readonly allowLocalFiles: boolean | readonly string[];
  /** Whether libpq's environment variables and files stand in for missing options. */
  readonly environment: 'none' | 'libpq';
  /** Where connections may go; anywhere when undefined. */
  readonly egress: EgressPolicy | undefined;
  /** Limit for making a connection that could lead back to the embedded database; 0 for none. */
  readonly loopTimeoutMs: number;
}

export interface WorkerData extends ThreadMemory {
  readonly network: NetworkOptions;
}
