import { EventEmitter } from 'node:events';
import { Parser } from 'pg-protocol/dist/parser.js';
import postgres from 'postgres';
import type { TakeRow } from './ours.ts';

/** What pg-protocol's parser gives for a DataRow. */
interface ParsedRow {
  readonly name: string;
  readonly fields: readonly (string | null)[];
}

/** Reads a result with pg-protocol, which makes a string of every value. */
export function readWithPgProtocol(chunks: readonly Buffer[], take: TakeRow<string>): void {
  const parser = new Parser();
  const callback = (message: { readonly name: string }): void => {
    if (message.name === 'dataRow') take((message as ParsedRow).fields);
  };
  for (const chunk of chunks) parser.parse(chunk, callback);
}

/** A result that the parser inside `postgres` reads, as its connection would from a socket. */
export interface PostgresParser {
  readTexts(chunks: readonly Buffer[], take: TakeRow<string>): Promise<void>;
  readViews(chunks: readonly Buffer[], take: TakeRow<Uint8Array>): Promise<void>;
  end(): Promise<void>;
}

const welcome: readonly Buffer[] = [Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]), Buffer.from([0x5a, 0, 0, 0, 5, 0x49])];
const queryTag = 0x51;

/** A socket without a network: a StartupMessage is welcomed, and a Query answered with the chunks to be replayed. */
class ReplayingSocket extends EventEmitter {
  readonly readyState = 'open';
  chunks: readonly Buffer[] = [];

  write(message: Uint8Array): boolean {
    const answer = message[0] === queryTag ? this.chunks : message[0] === 0 ? welcome : [];
    // The caller has to have noted what it wrote before the answer arrives, as with any socket.
    queueMicrotask(() => {
      for (const chunk of answer) this.emit('data', chunk);
    });
    return true;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    queueMicrotask(() => this.emit('close'));
  }

  setKeepAlive(): void {
    // There is no network to keep alive.
  }
}

/** OIDs for which the package has a parser of its own; without one a value stays the text that it is. */
const parsedTypes: readonly number[] = [16, 17, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802];

/** `postgres` does not export its parser, so the whole connection is driven, over a socket that only replays. */
export function openPostgres(): PostgresParser {
  const socket = new ReplayingSocket();
  const options = {
    max: 1,
    ssl: false,
    fetch_types: false,
    idle_timeout: 0,
    max_lifetime: null,
    socket: () => socket,
    types: { text: { to: 25, from: [...parsedTypes], serialize: String, parse: undefined } },
  };
  // Its own declarations know neither `socket` nor a type without a parser.
  const sql = postgres(options as unknown as postgres.Options<Record<string, never>>);
  return {
    async readTexts(chunks, take) {
      socket.chunks = chunks;
      await sql
        .unsafe('')
        .values()
        .forEach((row: unknown) => {
          take(row as (string | null)[]);
        });
    },
    async readViews(chunks, take) {
      socket.chunks = chunks;
      await sql
        .unsafe('')
        .raw()
        .forEach((row: unknown) => {
          take(row as (Uint8Array | null)[]);
        });
    },
    async end() {
      await sql.end({ timeout: 0 });
    },
  };
}
