import { connect, type Socket } from 'node:net';
import { type BackendMessage, collectOutcome, describe, readFields, type SqlOutcome } from './sql-outcome.ts';

/*
 * The plainest possible driver: trust authentication, simple queries, text values. It shares no code with the client
 * that it helps to test, so that a fault there cannot hide here.
 */

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

async function collect(incoming: MessageSource): Promise<SqlOutcome> {
  const collector = collectOutcome();
  while (!collector.take(await incoming.next()));
  return collector.outcome();
}

interface MessageSource {
  next(): Promise<BackendMessage>;
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

function sendCancel(target: SessionTarget, key: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(target, () => socket.write(Buffer.concat([int32(16), int32(80877102), key])));
    socket.once('error', reject);
    socket.once('close', () => resolve());
    socket.resume();
  });
}
