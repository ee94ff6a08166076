import { EventEmitter } from 'node:events';
import type { FieldDescription } from '@pg-dblink/protocol';
import type { Connection } from '../connection.ts';
import type { Lease } from '../lease.ts';
import type { Request } from '../machine/requests.ts';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import { DatabaseError } from './database-error.ts';
import { prepareValue } from './prepare-value.ts';
import type { Submittable } from './query.ts';
import { fieldDefOf, textRows } from './result.ts';

/** What a submittable is told; node-postgres calls these on the query that is active. */
interface Handlers {
  handleRowDescription?(message: { readonly fields: readonly object[] }): void;
  handleDataRow?(message: { readonly fields: readonly (string | null)[] }): void;
  handleCommandComplete?(message: { readonly text: string }): void;
  handlePortalSuspended?(message: object): void;
  handleEmptyQuery?(message: object): void;
  handleReadyForQuery?(connection: EventEmitter): void;
  handleError?(error: Error, connection: EventEmitter): void;
}

/** Messages that a submittable has written and not flushed. */
interface Written {
  sql?: string;
  portal?: { readonly name: string; readonly values: readonly unknown[] };
  execute?: { readonly portal: string; readonly rows: number };
  close?: { readonly kind: 'statement' | 'portal'; readonly name: string };
}

/**
 * The connection that pg-cursor writes to: Parse, Bind and Describe are gathered until Flush or Sync and sent as one
 * request; the answers go to the submittable's handlers and out as events.
 */
class SubmittableConnection extends EventEmitter {
  readonly #lease: Lease;
  readonly #handlers: Handlers;
  readonly #done: () => void;
  #written: Written = {};
  #fields: readonly FieldDescription[] = [];

  constructor(lease: Lease, handlers: Handlers, done: () => void) {
    super();
    this.#lease = lease;
    this.#handlers = handlers;
    this.#done = done;
  }

  parse({ text }: { readonly text: string }): void {
    this.#written.sql = text;
  }

  bind({ portal = '', values }: { readonly portal?: string; readonly values?: readonly unknown[] | null }): void {
    this.#written.portal = { name: portal, values: values ?? [] };
  }

  describe(): void {
    // A portal is always described when it is made.
  }

  execute({ portal = '', rows = 0 }: { readonly portal?: string; readonly rows?: number }): void {
    this.#written.execute = { portal, rows };
  }

  close({ name = '', type }: { readonly name?: string; readonly type: 'P' | 'S' }): void {
    this.#written.close = { kind: type === 'P' ? 'portal' : 'statement', name };
  }

  flush(): void {
    for (const request of this.#takeRequests()) this.#send(request);
    this.#lease.flush();
  }

  sync(): void {
    for (const request of this.#takeRequests()) this.#send(request);
    this.#send({ kind: 'sync' });
    this.#lease.flush();
  }

  #takeRequests(): readonly Request[] {
    const { close, execute, portal, sql } = this.#written;
    this.#written = {};
    const requests: Request[] = [];
    if (sql !== undefined) {
      const parameters = (portal?.values ?? []).map((value) => prepareValue(value));
      requests.push({ kind: 'portal', sql, portal: portal?.name ?? '', parameters, end: 'flush' });
    }
    if (execute !== undefined) {
      requests.push({ kind: 'fetch', portal: execute.portal, maxRows: execute.rows, end: 'flush' });
    }
    if (close !== undefined) requests.push({ kind: 'close', target: close.kind, name: close.name, end: 'none' });
    return requests;
  }

  #send(request: Request): void {
    this.#lease.request(request, this.#sink()).then(
      () => {
        if (request.kind !== 'sync') return;
        this.#done();
        this.#handlers.handleReadyForQuery?.(this);
        this.emit('readyForQuery');
      },
      (error: unknown) => {
        this.#done();
        this.#handlers.handleError?.(error instanceof Error ? error : new Error(String(error)), this);
      },
    );
  }

  #sink(): ResultSink {
    return {
      rowDescription: (fields) => {
        this.#fields = fields;
        const message = { fields: fields.map(fieldDefOf) };
        this.#handlers.handleRowDescription?.(message);
        this.emit('rowDescription', message);
      },
      dataRows: (bytes, start, end) => {
        for (const fields of textRows(bytes, start, end, this.#fields.length))
          this.#handlers.handleDataRow?.({ fields });
      },
      noData: () => void this.emit('noData'),
      commandComplete: (text) => this.#handlers.handleCommandComplete?.({ text }),
      portalSuspended: () => this.#handlers.handlePortalSuspended?.({}),
      emptyQueryResponse: () => this.#handlers.handleEmptyQuery?.({}),
      copyResponse: () => undefined,
      errorResponse: (error: ServerError) => this.#handlers.handleError?.(new DatabaseError(error), this),
    };
  }
}

/** Runs a submittable with the connection to itself until it has synced. */
export async function runSubmittable(connection: Connection, submittable: Submittable): Promise<void> {
  const handlers = submittable as Handlers;
  let lease: Lease;
  try {
    lease = await connection.lease();
  } catch (error) {
    handlers.handleError?.(error as Error, submittable);
    return;
  }
  await new Promise<void>((resolve) => {
    submittable.submit(new SubmittableConnection(lease, handlers, resolve));
  });
  lease.release();
}
