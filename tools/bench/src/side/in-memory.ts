import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { connectResolved, type Transport, type TransportProvider } from '@pg-dblink/client';
import { resolveWithFiles } from '@pg-dblink/client/node';
import { readConninfo } from '@pg-dblink/connstring';
import { shortAsciiFirst } from '@pg-dblink/protocol';
import pg from 'pg';
import { readCaptured } from '../replay/captured.ts';
import { ChunkFeed } from '../replay/chunk-feed.ts';
import { ReplaySession } from '../replay/session.ts';
import { connectionTypes, sumOfRowsSeen } from './ours.ts';
import { outcomeOf, sumOfEvents } from './pg.ts';
import { countOf, sqlOf, type Task, valuesText, type Works } from './work.ts';

/** A server in this process, over no socket: chunks keep the size that the task's count gives. */
function replaying(task: Task, deliver: (chunk: Buffer) => boolean): { feed: ChunkFeed; session: ReplaySession } {
  const feed = new ChunkFeed(countOf(task), deliver);
  // The file of the captured bytes stands where a folder of a socket would.
  const captured = new Map([['captured', readCaptured(readFileSync(task.target.host))]]);
  return { feed, session: new ReplaySession(feed, captured) };
}

/** Ours, over a transport that is the replay. */
function transports(task: Task): TransportProvider {
  return {
    resolve: async (host) => [host],
    async open(_peer, listener): Promise<Transport> {
      const { feed, session } = replaying(task, (chunk) => listener.receive(chunk));
      return {
        write(bytes) {
          session.receive(Buffer.from(bytes));
          return true;
        },
        resume: () => feed.resume(),
        upgradeTls: () => Promise.reject(new Error('there is no TLS here')),
        close: () => listener.closed(undefined),
        setReferenced: () => undefined,
      };
    },
  };
}

/** A socket of pg's that is the replay. */
class ReplaySocket extends EventEmitter {
  readonly writable = true;
  readonly #session: ReplaySession;

  constructor(task: Task) {
    super();
    this.#session = replaying(task, (chunk) => {
      this.emit('data', chunk);
      return true;
    }).session;
  }

  connect(): void {
    setImmediate(() => this.emit('connect'));
  }

  write(bytes: Uint8Array, sent?: () => void): boolean {
    this.#session.receive(Buffer.from(bytes));
    if (typeof sent === 'function') setImmediate(sent);
    return true;
  }

  end(): void {
    setImmediate(() => this.emit('close'));
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  cork(): void {}
  uncork(): void {}
  ref(): void {}
  unref(): void {}
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What the Node entry does for text: Node's own decoder behind short ASCII, a strict one where that met no UTF-8. */
const decodeText = shortAsciiFirst((bytes, start, end) => {
  const text = (Buffer.prototype as unknown as Utf8Slice).utf8Slice.call(bytes, start, end);
  return text.includes('\ufffd') ? decoder.decode(bytes.subarray(start, end)) : text;
});

interface Utf8Slice {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

export const works: Works = {
  async ours(task) {
    const conninfo = readConninfo({
      host: 'replay',
      hostaddr: '127.0.0.1',
      user: 'u',
      dbname: 'd',
      sslmode: 'disable',
    });
    const resolved = await resolveWithFiles(conninfo, {
      environment: 'none',
      variables: {},
      socketDirectory: undefined,
      warn: () => undefined,
    });
    const connection = await connectResolved(resolved, transports(task), {
      types: connectionTypes().withTextDecoder(decodeText),
    });
    return {
      run: () => sumOfRowsSeen(connection, sqlOf(task)),
      outcome: async (sql) => valuesText((await connection.execute(sql, [], { rows: 'array' })).rows),
      close: () => connection.close(),
    };
  },
  async pg(task) {
    const socket = new ReplaySocket(task);
    const client = new pg.Client({ user: 'u', database: 'd', stream: socket } as unknown as pg.ClientConfig);
    await client.connect();
    return {
      run: () => sumOfEvents(client, sqlOf(task)),
      outcome: (sql) => outcomeOf(client, sql),
      close: () => client.end(),
    };
  },
};
