import { type EgressPolicy, egressRules } from '@pg-dblink/client/egress';
import { defineLibrary, doubleFileGrowth, writeFiles } from '@pg-dblink/fmgr';
import { Caller } from './bridge/caller.ts';
import { createControl, type SelfAddress, setSelfAddresses } from './bridge/control.ts';
import { EXTENSION_FILES } from './extension-files.generated.ts';
import { makeFunctions } from './functions/library.ts';
import { nodeThreads } from './spawn/node.ts';

/** What the host of an embedded database allows and offers to dblink. */
export interface DblinkOptions {
  /** Memory by which other threads cancel what waits, and say where the database listens: see {@link createControl}. */
  readonly control?: SharedArrayBuffer;
  /** Addresses on which this database itself listens: connections to them are refused at once. */
  readonly selfAddresses?: readonly SelfAddress[];
  /** Whether strings from SQL may name local files (passfile, service, sslkey …), or which paths; default false. */
  readonly allowLocalFiles?: boolean | readonly string[];
  /** Whether libpq's environment variables, ~/.pgpass and service files fill in what a string leaves out; default 'none'. */
  readonly environment?: 'none' | 'libpq';
  /** Where connections from SQL may go, cancel requests included; anywhere unless given. */
  readonly egress?: EgressPolicy;
  /**
   * Milliseconds after which making a connection fails because it may lead back here by a road that no address shows;
   * counts only while self addresses are known. Default 30 000; 0 for no limit.
   */
  readonly loopTimeoutMs?: number;
  /** The network worker's module, when it is not to be the one beside this package. */
  readonly worker?: URL;
}

/** Where CREATE EXTENSION looks, below the engine's prefix. */
const DIRECTORY = 'share/postgresql/extension';
const FILES: ReadonlyMap<string, string> = new Map(
  Object.entries(EXTENSION_FILES).map(([name, text]) => [`${DIRECTORY}/${name}`, text]),
);

/** What `pg.dblink` offers besides the SQL functions. */
export interface DblinkNamespace {
  /** Bytes that the network worker's isolate uses, and the most that it has used, as of its last heartbeats. */
  networkMemory(): { readonly bytes: number; readonly peakBytes: number };
}

/** A PGlite extension. */
export interface DblinkExtension {
  readonly name: 'dblink';
  setup(
    pg: unknown,
    emscriptenOpts: unknown,
  ): Promise<{
    emscriptenOpts: unknown;
    namespaceObj: DblinkNamespace;
    init: () => Promise<void>;
    close: () => Promise<void>;
  }>;
}

/**
 * The extension dblink for PGlite: after `CREATE EXTENSION dblink` SQL in the embedded database reaches real servers.
 *
 * Each PGlite made with it has connections of its own. Its thread waits inside the functions: it can never serve a
 * server that it waits for.
 *
 * @throws UsageError for an egress policy that cannot be understood
 *
 * @example
 * ```ts
 * const pg = await PGlite.create({ extensions: { dblink: dblink() } });
 * await pg.exec('CREATE EXTENSION dblink');
 * ```
 */
export function dblink(options: DblinkOptions = {}): DblinkExtension {
  // A policy that cannot be understood is the embedder's mistake, not a statement's.
  if (options.egress !== undefined) egressRules(options.egress);
  return {
    name: 'dblink',
    setup: async (_pg, emscriptenOpts) => {
      const control = options.control ?? createControl();
      if (options.selfAddresses !== undefined) setSelfAddresses(control, options.selfAddresses);
      const network = {
        allowLocalFiles: options.allowLocalFiles ?? false,
        environment: options.environment ?? 'none',
        egress: options.egress,
        loopTimeoutMs: options.loopTimeoutMs ?? 30_000,
      } as const;
      const caller = new Caller(nodeThreads(network, options.worker), control);
      const part = defineLibrary({ name: 'dblink', functions: makeFunctions(() => caller) }).attach(emscriptenOpts);
      return {
        namespaceObj: { networkMemory: () => caller.networkMemory },
        // Sets larger than work_mem are spilled to files, which in memory grow by copying: seldom, then.
        emscriptenOpts: doubleFileGrowth(writeFiles(part.emscriptenOpts, FILES)),
        init: part.init,
        close: async () => {
          await caller.finish();
          await part.close();
        },
      };
    },
  };
}
