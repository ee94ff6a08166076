import type { PGlite } from '@electric-sql/pglite';

/**
 * The entry points of PGlite's engine that the backend's loop calls, as the peer version has them. They are checked once
 * at start, so that another version of PGlite is refused by name and not by a crash.
 */
export interface PostgresModule {
  readonly HEAPU8: Uint8Array;
  readonly _InterruptPending: number;
  readonly _QueryCancelPending: number;
  addFunction(body: (...values: number[]) => number, signature: string): number;
  stackSave(): number;
  stackRestore(at: number): void;
  stringToNewUTF8(text: string): number;
  UTF8ToString(at: number, maxByteLength?: number): string;
  _free(at: number): void;
  _find_option(name: number, createPlaceholders: number, skipErrors: number, level: number): number;
  _pgl_set_rw_cbs(read: number, write: number): void;
  _pgl_pq_flush(): void;
  _PostgresMainLoopOnce(): void;
  _PostgresMainLongJmp(): void;
  _PostgresSendReadyForQueryIfNecessary(): void;
}

const functions = [
  'addFunction',
  'stackSave',
  'stackRestore',
  'stringToNewUTF8',
  'UTF8ToString',
  '_free',
  '_find_option',
  '_pgl_set_rw_cbs',
  '_pgl_pq_flush',
  '_PostgresMainLoopOnce',
  '_PostgresMainLongJmp',
  '_PostgresSendReadyForQueryIfNecessary',
] as const;

/** The engine's module, once it is known to have what the loop needs. */
export function postgresModule(pg: PGlite): PostgresModule {
  const module = pg.Module as unknown as Record<string, unknown>;
  const missing = [
    ...functions.filter((name) => typeof module[name] !== 'function'),
    ...['_InterruptPending', '_QueryCancelPending'].filter((name) => typeof module[name] !== 'number'),
  ];
  if (missing.length > 0) throw new Error(`this version of PGlite has no ${missing.join(', ')}`);
  return module as unknown as PostgresModule;
}

/** Whether `error` is the engine's jump to its main loop: an ERROR has been reported and the next message may come. */
export function isMainLoopJump(error: unknown): boolean {
  return typeof error === 'object' && error !== null && (error as { status?: unknown }).status === 100;
}
