import { connect, type Socket } from 'node:net';

/*
 * The plainest possible driver: trust authentication, simple queries, text values. It shares no code with the client
 * that it helps to test, so that a fault there cannot hide here.
 */

/** Fields of an ErrorResponse or NoticeResponse that tests compare; a field the server did not send is undefined. */
export interface ServerMessage {
  readonly severity: string;
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  readonly context?: string;
  readonly position?: string;
}

/** What one statement of a simple query gave: its rows as text (NULL is null) and its command tag. */
export interface StatementResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
  readonly tag: string;
}

/** Everything that came back for one simple query, in the order of arrival within each list. */
export interface SqlOutcome {
  readonly results: readonly StatementResult[];
  readonly notices: readonly ServerMessage[];
  readonly error: ServerMessage | undefined;
}

/** A session of its own on a server, over its unix socket. */
export interface SuperuserSession extends AsyncDisposable {
  readonly backendPid: number;
  /** Sends one simple query; a server error is part of the outcome, a broken connection rejects. */
  run(sql: string): Promise<SqlOutcome>;
  /** Asks the server to cancel what runs now. */
  cancel(): Promise<void>;
  close(): Promise<void>;
}

/** Where a session goes: a socket path, or a loopback port. */
export type SessionTarget = { readonly path: string } | { readonly host: string; readonly port: number };

const fieldNames: Readonly<Record<string, keyof ServerMessage>> = {
  V: 'severity',
  C: 'sqlState',
  M: 'message',
  D: 'detail',
  H: 'hint',
  W: 'context',
  P: 'position',
};

/**
 * Opens a session for a role that the server trusts.
 *
 * @throws Error with the server's words when it refuses or asks for a password.
 * @example const session = await openSession({ path: '/tmp/x/.s.PGSQL.5433' }, { user: 'postgres', database: 'postgres' })
 */
export async function openSession(
  target: SessionTarget,
  startup: { readonly user: string; readonly database: string; readonly options?: string },
): Promise<SuperuserSession> {
  const socket = connect(target);
  const incoming = messages(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => undefined);
  const parameters = Object.entries({ ...startup, client_encoding: 'UTF8' }).flat();
  const body = Buffer.from(`${parameters.join('\0')}\0\0`);
  socket.write(Buffer.concat([int32(body.length + 8), int32(196608), body]));
  let key = Buffer.alloc(8);
  for (;;) {
    const { type, body: reply } = await incoming.next();
    if (type === 'K') key = Buffer.from(reply.subarray(0, 8));
    if (type === 'Z') break;
    if (type === 'E') throw new Error(describe(readFields(reply)));
    if (type === 'R' && reply.readInt32BE(0) !== 0) throw new Error('the server does not trust this role');
  }
  const close = async (): Promise<void> => {
    if (socket.destroyed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.end(frame('X', Buffer.alloc(0)));
    await closed;
  };
  return {
    backendPid: key.readInt32BE(0),
    run: async (sql) => {
      socket.write(frame('Q', Buffer.from(`${sql}\0`)));
      return collect(incoming);
    },
    cancel: () => sendCancel(target, key),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** One line for an error or notice, for messages of the tests' own errors. */
export function describe(message: ServerMessage): string {
  return [`${message.severity} ${message.sqlState} ${message.message}`, message.detail, message.hint]
    .filter((part) => part !== undefined)
    .join('\n');
}

async function collect(incoming: MessageSource): Promise<SqlOutcome> {
  const results: StatementResult[] = [];
  const notices: ServerMessage[] = [];
  let error: ServerMessage | undefined;
  let columns: string[] = [];
  let rows: (string | null)[][] = [];
  for (;;) {
    const { type, body } = await incoming.next();
    if (type === 'T') columns = readColumns(body);
    else if (type === 'D') rows.push(readRow(body));
    else if (type === 'C' || type === 'I') {
      results.push({ columns, rows, tag: type === 'C' ? body.toString('utf8', 0, body.length - 1) : '' });
      columns = [];
      rows = [];
    } else if (type === 'N') notices.push(readFields(body));
    else if (type === 'E') error = readFields(body);
    else if (type === 'Z') return { results, notices, error };
    if (type === 'E' && error?.severity === 'FATAL') return { results, notices, error };
  }
}

interface MessageSource {
  next(): Promise<{ readonly type: string; readonly body: Buffer }>;
}

function messages(socket: Socket): MessageSource {
  let pending: Buffer[] = [];
  let size = 0;
  let wake: (() => void) | undefined;
  socket.on('data', (chunk: Buffer) => {
    pending.push(chunk);
    size += chunk.length;
    wake?.();
  });
  socket.on('close', () => wake?.());
  return {
    next: async () => {
      for (;;) {
        if (size >= 5) {
          const all = pending.length === 1 && pending[0] !== undefined ? pending[0] : Buffer.concat(pending);
          pending = [all];
          const end = 1 + all.readInt32BE(1);
          if (size >= end) {
            pending = end === size ? [] : [all.subarray(end)];
            size -= end;
            return { type: String.fromCharCode(all.readUInt8(0)), body: all.subarray(5, end) };
          }
        }
        if (socket.destroyed) throw new Error('the server closed the connection');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function frame(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function readColumns(body: Buffer): string[] {
  const columns: string[] = [];
  let at = 2;
  for (let index = 0; index < body.readInt16BE(0); index += 1) {
    const end = body.indexOf(0, at);
    columns.push(body.toString('utf8', at, end));
    at = end + 19;
  }
  return columns;
}

function readRow(body: Buffer): (string | null)[] {
  const row: (string | null)[] = [];
  let at = 2;
  for (let index = 0; index < body.readInt16BE(0); index += 1) {
    const length = body.readInt32BE(at);
    at += 4;
    row.push(length < 0 ? null : body.toString('utf8', at, at + length));
    at += Math.max(length, 0);
  }
  return row;
}

function readFields(body: Buffer): ServerMessage {
  const fields: Partial<Record<keyof ServerMessage, string>> = {};
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const end = body.indexOf(0, at + 1);
    const name = fieldNames[String.fromCharCode(body.readUInt8(at))];
    if (name !== undefined) fields[name] = body.toString('utf8', at + 1, end);
    at = end + 1;
  }
  return { severity: '', sqlState: '', message: '', ...fields };
}

function sendCancel(target: SessionTarget, key: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => socket.write(Buffer.concat([int32(16), int32(80877102), key])));
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.resume();
  });
}
