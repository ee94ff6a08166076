import type { EgressPolicy } from '@pg-dblink/pglite';
import type { TransactionStatus } from './engine.ts';

/**
 * Slots of the Int32Array that the main thread and the engine's thread share.
 *
 * The engine's thread blocks inside the engine: it cannot turn its event loop there, so that it is woken through this
 * block and takes its messages from the port by itself.
 */
export const Slot: {
  readonly Inbox: 0;
  readonly Unread: 1;
  readonly Cancel: 2;
  readonly Unprocessed: 3;
  readonly Length: 4;
} = {
  /** Counts what the main thread has posted; the engine's thread waits on it. */
  Inbox: 0,
  /** Bytes that the engine has posted and nobody has taken yet; the engine's thread waits on it when they are many. */
  Unread: 1,
  /** 1 while the statement that runs is to be cancelled. */
  Cancel: 2,
  /** Bytes sent to the engine that it has not begun with; the main thread asks before it sends more of a copy. */
  Unprocessed: 3,
  Length: 4,
};

/** How many bytes the engine may be ahead of its reader before it waits. */
export const UNREAD_LIMIT: number = 1 << 20;

/** How many bytes may wait for the engine before a sender pauses. */
export const UNPROCESSED_LIMIT: number = 1 << 20;

/** What the main thread posts to the engine's thread. */
export type EngineRequest =
  | { readonly kind: 'messages'; readonly bytes: Uint8Array }
  | { readonly kind: 'wake' }
  | { readonly kind: 'close' };

/** What the engine's thread posts to the main thread. */
export type EngineReply =
  | { readonly kind: 'started'; readonly parameters: readonly (readonly [string, string])[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly status?: TransactionStatus }
  | { readonly kind: 'drained' }
  /** COPY … FROM STDIN has begun, and its data is waited for. */
  | { readonly kind: 'awaits copy' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'closed' };

/** What the engine's thread is started with. */
export interface EngineWorkerData {
  readonly block: SharedArrayBuffer;
  /** Where the database lives; undefined keeps it in memory. */
  readonly dataDirectory: string | undefined;
  /** A gzip-compressed tar of a new database, for one in memory; undefined runs initdb where there is no database. */
  readonly template: string | undefined;
  readonly extension?: ExtensionSettings;
}

/** How the dblink extension is set up in the engine. */
export interface ExtensionSettings {
  /** Whether `CREATE EXTENSION IF NOT EXISTS dblink` is done. */
  readonly create: boolean;
  /** The extension's own block: a cancel request to a dblink function that waits, and the addresses of this process. */
  readonly control: SharedArrayBuffer;
  readonly allowLocalFiles: boolean;
  readonly egress: EgressPolicy | undefined;
  readonly environment: 'none' | 'libpq';
}
