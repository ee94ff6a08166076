import type {
  RemoteConnection,
  RemoteErrorFields,
  RemoteField,
  RemoteNotification,
  RemoteRequest,
  RemoteSink,
} from '../../src/index.ts';

/** One message of a scripted server. */
export type Reply =
  | { readonly row: readonly string[] }
  | { readonly columns: readonly string[] }
  | { readonly tag: string }
  | { readonly error: Partial<RemoteErrorFields> & { readonly message: string } }
  | { readonly status: 'I' | 'T' | 'E' }
  | { readonly parameter: readonly [name: string, value: string] }
  | { readonly empty: true }
  | { readonly copy: 'in' | 'out' }
  | { readonly wait: Promise<void> }
  | { readonly lost: string; readonly fatal?: RemoteErrorFields };

export type Script = (sql: string) => readonly Reply[];

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A DataRow message of text values. */
export function dataRow(values: readonly string[]): Uint8Array {
  const fields = values.map(bytesOf);
  const length = 6 + fields.reduce((sum, field) => sum + 4 + field.length, 0);
  const bytes = new Uint8Array(1 + length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x44;
  view.setInt32(1, length);
  view.setInt16(5, fields.length);
  let at = 7;
  for (const field of fields) {
    view.setInt32(at, field.length);
    bytes.set(field, at + 4);
    at += 4 + field.length;
  }
  return bytes;
}

export function remoteError(fields: Partial<RemoteErrorFields> & { readonly message: string }): RemoteErrorFields {
  return { severity: 'ERROR', sqlState: 'XX000', ...fields };
}

/**
 * A connection that plays a script instead of talking to a server: for the state logic of this package, which no
 * server is needed to show.
 */
export class ScriptedConnection implements RemoteConnection {
  readonly statements: string[] = [];
  readonly serverParameters = new Map([['client_encoding', 'UTF8']]);
  transactionStatus: 'I' | 'T' | 'E' | 'unknown' = 'I';
  phase: 'idle' | 'active' | 'copy' | 'closed' = 'idle';
  passwordUsed = false;
  passwordSource: string | undefined;
  notifications: RemoteNotification[] = [];
  cancels = 0;
  onCancel: () => void = () => {};
  readonly #script: Script;

  constructor(script: Script = () => []) {
    this.#script = script;
  }

  async submit(request: RemoteRequest, sink: RemoteSink): Promise<void> {
    this.statements.push(request.sql);
    this.phase = 'active';
    await Promise.resolve();
    for (const reply of this.#script(request.sql)) await this.#play(reply, sink);
    this.phase = 'idle';
  }

  takeNotifications(): readonly RemoteNotification[] {
    return this.notifications.splice(0);
  }

  async cancel(): Promise<void> {
    this.cancels++;
    this.onCancel();
  }

  async close(): Promise<void> {
    this.phase = 'closed';
  }

  async #play(reply: Reply, sink: RemoteSink): Promise<void> {
    if ('columns' in reply) {
      const fields = reply.columns.map((name): RemoteField => ({ name, typeOid: 25, typeModifier: -1, format: 0 }));
      sink.rowDescription(fields, new Uint8Array(2));
    } else if ('row' in reply) {
      const bytes = dataRow(reply.row);
      await sink.dataRows(bytes, 0, bytes.length, 1);
    } else if ('tag' in reply) sink.commandComplete(reply.tag);
    else if ('error' in reply) sink.errorResponse(remoteError(reply.error));
    else if ('status' in reply) this.transactionStatus = reply.status;
    else if ('parameter' in reply) this.serverParameters.set(...reply.parameter);
    else if ('empty' in reply) sink.emptyQueryResponse();
    else if ('copy' in reply) sink.copyResponse(reply.copy);
    else if ('wait' in reply) await reply.wait;
    else {
      this.phase = 'closed';
      throw new Error(reply.lost, { cause: reply.fatal });
    }
  }
}
