import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  type BackendMessage,
  backendLimits,
  decodeBackend,
  encodeBind,
  encodeCancelRequest,
  encodeDescribe,
  encodeExecute,
  encodeParse,
  encodeQuery,
  encodeStartupMessage,
  encodeSync,
  FrameReader,
  fieldCount,
  fieldText,
  PROTOCOL_3_0,
  Writer,
} from '@pg-dblink/protocol';

/** A client that sends exactly what it is told, and keeps every message that comes back. */
export class RawClient {
  readonly socket: Socket;
  readonly messages: BackendMessage[] = [];
  readonly #reader = new FrameReader(backendLimits());
  #arrived: () => void = () => undefined;
  #state: 'open' | 'closed' = 'open';
  #read = 0;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#reader.push(chunk);
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        // Bodies are views of the chunk: what is kept is copied.
        const bytes = frame.bytes.slice(frame.start, frame.end);
        this.messages.push(decodeBackend({ ...frame, bytes, start: 0, end: bytes.byteLength }));
      }
      this.#arrived();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#state = 'closed';
      this.#arrived();
    });
  }

  /** Connects, and sends nothing yet. */
  static async open(port: number): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new RawClient(socket);
  }

  /** Connects and starts a session; resolves at the first ReadyForQuery, or at the error that refuses it. */
  static async start(
    port: number,
    parameters: Readonly<Record<string, string>> = {},
    version: number = PROTOCOL_3_0,
  ): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.startup(parameters, version);
    await client.take((message) => message.type === 'ReadyForQuery' || message.type === 'ErrorResponse');
    return client;
  }

  startup(parameters: Readonly<Record<string, string>> = {}, protocolVersion: number = PROTOCOL_3_0): void {
    const all = new Map(Object.entries({ user: 'postgres', database: 'postgres', ...parameters }));
    this.write((writer) => encodeStartupMessage(writer, { protocolVersion, parameters: all }));
  }

  write(encode: (writer: Writer) => void): void {
    const writer = new Writer();
    encode(writer);
    this.socket.write(writer.take());
  }

  /** All messages not taken yet, up to and with the one that `isLast` says; fails after ten seconds. */
  async take(isLast: (message: BackendMessage) => boolean): Promise<readonly BackendMessage[]> {
    const deadline = Date.now() + 30_000;
    for (;;) {
      const at = this.messages.findIndex((message, index) => index >= this.#read && isLast(message));
      if (at >= 0) {
        const taken = this.messages.slice(this.#read, at + 1);
        this.#read = at + 1;
        return taken;
      }
      if (this.#state === 'closed') throw new Error(`closed after ${this.types(this.messages.slice(this.#read))}`);
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`nothing after ${this.types(this.messages.slice(this.#read))}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#arrived = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Messages up to the next ReadyForQuery, as their types. */
  async ready(): Promise<string[]> {
    return this.types(await this.take((message) => message.type === 'ReadyForQuery'));
  }

  /** Types of messages; runs of rows and copy data are counted, reports of parameters left out. */
  types(messages: readonly BackendMessage[]): string[] {
    return messages
      .filter(({ type }) => type !== 'ParameterStatus')
      .map((message) => {
        if (message.type === 'ErrorResponse') return `ErrorResponse ${message.fields.sqlState}`;
        if (message.type === 'NoticeResponse') return `NoticeResponse ${message.fields.message}`;
        if (message.type === 'CommandComplete') return `CommandComplete ${message.commandTag}`;
        if (message.type === 'ReadyForQuery') return `ReadyForQuery ${message.status}`;
        return message.type;
      });
  }

  /** A simple query's rows; an error is thrown with its SQLSTATE and message. */
  async query(sql: string): Promise<(string | null)[][]> {
    this.write((writer) => encodeQuery(writer, { sql }));
    const messages = await this.take((message) => message.type === 'ReadyForQuery');
    const rows: (string | null)[][] = [];
    for (const message of messages) {
      if (message.type === 'ErrorResponse') throw new Error(`${message.fields.sqlState}: ${message.fields.message}`);
      if (message.type !== 'DataRow') continue;
      rows.push(Array.from({ length: fieldCount(message) }, (_value, index) => fieldText(message, index)));
    }
    return rows;
  }

  /** Parse, Bind, Describe and Execute of the unnamed statement; no Sync. */
  extended(sql: string, maxRows = 0, portal = ''): void {
    this.write((writer) => {
      encodeParse(writer, { name: '', sql, parameterTypes: [] });
      encodeBind(writer, { portal, statement: '', parameterFormats: [], parameters: [], resultFormats: [] });
      encodeDescribe(writer, { target: 'portal', name: portal });
      encodeExecute(writer, { portal, maxRows });
    });
  }

  sync(): void {
    this.write(encodeSync);
  }

  /** The error that the server ended the session with. */
  get lastError(): { readonly sqlState: string | undefined; readonly message: string | undefined } | undefined {
    const found = this.messages.findLast((message) => message.type === 'ErrorResponse');
    if (found?.type !== 'ErrorResponse') return undefined;
    return { sqlState: found.fields.sqlState, message: found.fields.message };
  }

  /** Sends a cancel request for this session on a connection of its own, and waits for its end. */
  async cancel(port: number, change: (key: Uint8Array) => Uint8Array = (key) => key): Promise<void> {
    const key = this.messages.find((message) => message.type === 'BackendKeyData');
    if (key?.type !== 'BackendKeyData') throw new Error('no key');
    const other = await RawClient.open(port);
    other.write((writer) =>
      encodeCancelRequest(writer, { processId: key.processId, secretKey: change(key.secretKey.slice()) }),
    );
    await other.closed();
  }

  async closed(): Promise<void> {
    if (this.#state === 'open') await once(this.socket, 'close');
  }

  /** Vanishes without a word. */
  destroy(): void {
    this.socket.destroy();
  }

  async end(): Promise<void> {
    this.socket.write(new Uint8Array([0x58, 0, 0, 0, 4]));
    await this.closed();
  }
}

/** Runs `body` with a session of its own, and ends it. */
export async function withSession<T>(
  port: number,
  body: (client: RawClient) => Promise<T>,
  parameters: Readonly<Record<string, string>> = {},
): Promise<T> {
  const client = await RawClient.start(port, parameters);
  try {
    return await body(client);
  } finally {
    await client.end();
  }
}
