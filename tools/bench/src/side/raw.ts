import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import {
  encodeBind,
  encodeExecute,
  encodeParse,
  encodeQuery,
  encodeSSLRequest,
  encodeStartupMessage,
  encodeSync,
  PROTOCOL_3_0,
  Writer,
} from '@pg-dblink/protocol';
import { countOf, type Prepared, sqlOf, type Target, type Task, type Works } from './work.ts';

/** ReadyForQuery outside a transaction: what every answer ends with. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** A socket that asks and counts the bytes of the answer; nothing is read of them but whether they are the last. */
class CountingSocket {
  readonly #socket: Socket;
  #tail: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #answered: ((bytes: number) => void) | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#count(chunk));
  }

  ask(question: Uint8Array): Promise<number> {
    this.#bytes = 0;
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(question);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #count(chunk: Buffer): void {
    this.#bytes += chunk.byteLength;
    this.#tail =
      chunk.byteLength >= READY.byteLength ? chunk : Buffer.concat([this.#tail.subarray(-READY.byteLength), chunk]);
    if (this.#tail.subarray(-READY.byteLength).equals(READY)) this.#answered?.(this.#bytes);
  }
}

async function open(target: Target): Promise<CountingSocket> {
  const { host, port, user } = target;
  const plain = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect({ host, port, noDelay: true });
  await once(plain, 'connect');
  const socket = new CountingSocket(target.tls === true ? await encrypted(plain) : plain);
  const parameters = new Map(Object.entries({ user, database: 'postgres', client_encoding: 'UTF8' }));
  await socket.ask(bytesOf((writer) => encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters })));
  return socket;
}

async function encrypted(plain: Socket): Promise<Socket> {
  plain.write(bytesOf(encodeSSLRequest));
  await once(plain, 'data');
  const socket = connectTls({ socket: plain, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  return socket;
}

function bytesOf(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.take();
}

async function onSocket(task: Task, begin: (socket: CountingSocket) => Promise<Prepared['run']>): Promise<Prepared> {
  const socket = await open(task.target);
  return { run: await begin(socket), close: async () => socket.close() };
}

const query = (sql: string): Uint8Array => bytesOf((writer) => encodeQuery(writer, { sql }));

function parse(name: string, sql: string): Uint8Array {
  return bytesOf((writer) => {
    encodeParse(writer, { name, sql, parameterTypes: [] });
    encodeSync(writer);
  });
}

function execution(statement: string, parameters: readonly string[], resultFormats: readonly (0 | 1)[]): Uint8Array {
  return bytesOf((writer) => {
    encodeBind(writer, { portal: '', statement, parameterFormats: [], parameters, resultFormats });
    encodeExecute(writer, { portal: '', maxRows: 0 });
    encodeSync(writer);
  });
}

export const works: Works = {
  seen: (task) =>
    onSocket(task, async (socket) => {
      const question = query(sqlOf(task));
      return async () => void (await socket.ask(question));
    }),
  'seen-prepared': (task) =>
    onSocket(task, async (socket) => {
      await socket.ask(parse('all', sqlOf(task)));
      const question = execution('all', [], [1]);
      return async () => void (await socket.ask(question));
    }),
  'select-1': (task) =>
    onSocket(task, async (socket) => {
      const question = query('SELECT 1 AS a');
      return async () => {
        for (let call = 0; call < countOf(task); call += 1) await socket.ask(question);
        return countOf(task);
      };
    }),
  'by-key': (task) =>
    onSocket(task, async (socket) => {
      await socket.ask(parse('by key', sqlOf(task)));
      const question = execution('by key', ['77'], []);
      return async () => {
        for (let call = 0; call < countOf(task); call += 1) await socket.ask(question);
        return undefined;
      };
    }),
};
