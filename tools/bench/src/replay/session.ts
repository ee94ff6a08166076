import { Writer } from '@pg-dblink/protocol';
import {
  encodeAuthentication,
  encodeBackendKeyData,
  encodeCommandComplete,
  encodeParameterDescription,
  encodeParameterStatus,
  encodeReadyForQuery,
  FrontendTag,
} from '@pg-dblink/protocol/server';
import type { Captured } from './captured.ts';

/** Messages without a body, by the tag that they consist of. */
const bare = (tag: string): Buffer => Buffer.from([tag.charCodeAt(0), 0, 0, 0, 4]);
const PARSE_COMPLETE = bare('1');
const BIND_COMPLETE = bare('2');
const CLOSE_COMPLETE = bare('3');
const PORTAL_SUSPENDED = bare('s');

/** Where answers go: a socket, or what stands in for one. */
export interface AnswerStream {
  write(bytes: Uint8Array): unknown;
  cork(): void;
  uncork(): void;
  end(): unknown;
}

/** A statement is `NAME ROWS`: the captured rows of that name, again and again until there are so many. */
interface Portal {
  readonly captured: Captured;
  readonly rowCount: number;
  sent: number;
}

/**
 * One connection to the replay server. It knows as much of the protocol as drivers need to ask for a result, and
 * answers with what a real server once sent.
 */
export class ReplaySession {
  readonly #socket: AnswerStream;
  readonly #captured: ReadonlyMap<string, Captured>;
  #pending: Buffer = Buffer.alloc(0);
  #isStarted = false;
  #statement = '';
  #portal: Portal | undefined;

  constructor(socket: AnswerStream, captured: ReadonlyMap<string, Captured>) {
    this.#socket = socket;
    this.#captured = captured;
  }

  receive(chunk: Buffer): void {
    this.#pending = this.#pending.byteLength === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    // All that one chunk asks for is answered in one write, as a server's output buffer has it.
    this.#socket.cork();
    for (;;) {
      const header = this.#isStarted ? 1 : 0;
      if (this.#pending.byteLength < header + 4) break;
      const end = header + this.#pending.readInt32BE(header);
      if (this.#pending.byteLength < end) break;
      const message = this.#pending.subarray(0, end);
      this.#pending = this.#pending.subarray(end);
      if (this.#isStarted) this.#answer(message[0] ?? 0, message.subarray(5));
      else this.#welcome();
    }
    this.#socket.uncork();
  }

  #welcome(): void {
    this.#isStarted = true;
    this.#write((writer) => {
      encodeAuthentication(writer, { type: 'AuthenticationOk' });
      for (const [name, value] of [
        ['server_version', '18.0'],
        ['server_encoding', 'UTF8'],
        ['client_encoding', 'UTF8'],
        ['DateStyle', 'ISO, MDY'],
        ['IntervalStyle', 'postgres'],
        ['TimeZone', 'UTC'],
        ['integer_datetimes', 'on'],
        ['standard_conforming_strings', 'on'],
      ] as const) {
        encodeParameterStatus(writer, { name, value });
      }
      encodeBackendKeyData(writer, { processId: process.pid, secretKey: Uint8Array.of(1, 2, 3, 4) });
    });
    this.#ready();
  }

  #answer(tag: number, body: Buffer): void {
    switch (tag) {
      case FrontendTag.Query:
        this.#statement = textAt(body, 0);
        this.#portal = this.#open();
        this.#socket.write(this.#portal.captured.rowDescription);
        this.#execute(0);
        this.#ready();
        return;
      case FrontendTag.Parse:
        this.#statement = textAt(body, textAt(body, 0).length + 1);
        this.#socket.write(PARSE_COMPLETE);
        return;
      case FrontendTag.Bind:
        this.#portal = this.#open();
        this.#socket.write(BIND_COMPLETE);
        return;
      case FrontendTag.Describe:
        if (body[0] === 'S'.charCodeAt(0))
          this.#write((writer) => encodeParameterDescription(writer, { parameterTypes: [] }));
        this.#socket.write(this.#open().captured.rowDescription);
        return;
      case FrontendTag.Execute:
        this.#execute(body.readInt32BE(body.byteLength - 4));
        return;
      case FrontendTag.Close:
        this.#socket.write(CLOSE_COMPLETE);
        return;
      case FrontendTag.Sync:
        this.#ready();
        return;
      case FrontendTag.Terminate:
        this.#socket.end();
        return;
      case FrontendTag.Flush:
        return;
      default:
        throw new Error(`the replay server knows no message ${String.fromCharCode(tag)}`);
    }
  }

  #open(): Portal {
    const [name = '', rows = ''] = this.#statement.split(' ');
    const captured = this.#captured.get(name);
    if (captured === undefined) throw new Error(`nothing was captured for ${this.#statement}`);
    return { captured, rowCount: Number(rows), sent: 0 };
  }

  #execute(maxRows: number): void {
    const portal = this.#portal;
    if (portal === undefined) throw new Error('Execute without a portal');
    const { captured, rowCount } = portal;
    const before = portal.sent;
    const until = maxRows === 0 ? rowCount : Math.min(rowCount, portal.sent + maxRows);
    const captureSize = captured.bounds.length - 1;
    while (portal.sent < until) {
      const first = portal.sent % captureSize;
      const last = Math.min(captureSize, first + until - portal.sent);
      this.#socket.write(captured.rows.subarray(captured.bounds[first], captured.bounds[last]));
      portal.sent += last - first;
    }
    // As with a real server: whoever gets as many rows as asked for learns of the end only by asking again.
    if (maxRows > 0 && portal.sent - before === maxRows) this.#socket.write(PORTAL_SUSPENDED);
    else this.#write((writer) => encodeCommandComplete(writer, { commandTag: `SELECT ${rowCount}` }));
  }

  #ready(): void {
    this.#write((writer) => encodeReadyForQuery(writer, { status: 'I' }));
  }

  #write(encode: (writer: Writer) => void): void {
    const writer = new Writer();
    encode(writer);
    this.#socket.write(writer.take());
  }
}

function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, body.indexOf(0, start));
}
