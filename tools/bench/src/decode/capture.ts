import { once } from 'node:events';
import { connect } from 'node:net';
import {
  BackendTag,
  backendLimits,
  encodeBind,
  encodeDescribe,
  encodeExecute,
  encodeParse,
  encodeStartupMessage,
  encodeSync,
  encodeTerminate,
  FrameReader,
  PROTOCOL_3_0,
  Writer,
} from '@pg-dblink/protocol';
import type { Cluster } from '@pg-dblink/testkit';

/** What is asked of the server, and in which format. */
export interface CapturedQuery {
  readonly sql: string;
  readonly format: 'text' | 'binary';
}

/** The types of the messages that a parser is fed: a result, from its description to the server's readiness. */
const resultTags: ReadonlySet<number> = new Set([
  BackendTag.RowDescription,
  BackendTag.DataRow,
  BackendTag.CommandComplete,
  BackendTag.ReadyForQuery,
]);

/** The bytes with which a real server answers a query, from RowDescription to ReadyForQuery. */
export async function capture(cluster: Cluster, query: CapturedQuery): Promise<Buffer> {
  const socket = connect(cluster.port, cluster.host);
  await once(socket, 'connect');
  const writer = new Writer();
  const parameters = new Map(Object.entries({ user: 'postgres', database: 'postgres', client_encoding: 'UTF8' }));
  encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters });
  socket.write(writer.take());
  const reader = new FrameReader(backendLimits());
  const parts: Uint8Array[] = [];
  let readies = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    for (const frame of reader.frames(chunk)) {
      if (frame.tag === BackendTag.ErrorResponse) throw new Error(`the server refused: ${query.sql}`);
      if (readies > 0 && resultTags.has(frame.tag)) parts.push(frame.bytes.slice(frame.start - 5, frame.end));
      if (frame.tag !== BackendTag.ReadyForQuery) continue;
      readies += 1;
      if (readies === 1) ask(writer, query);
      else encodeTerminate(writer);
      socket.write(writer.take());
    }
  }
  return Buffer.concat(parts);
}

function ask(writer: Writer, { sql, format }: CapturedQuery): void {
  encodeParse(writer, { name: '', sql, parameterTypes: [] });
  const resultFormats = [format === 'binary' ? 1 : 0];
  encodeBind(writer, { portal: '', statement: '', parameterFormats: [], parameters: [], resultFormats });
  encodeDescribe(writer, { target: 'portal', name: '' });
  encodeExecute(writer, { portal: '', maxRows: 0 });
  encodeSync(writer);
}

/** The same bytes as a socket might give them; every side is fed the same objects. */
export function chunksOf(bytes: Buffer, byteLength: number): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.byteLength; at += byteLength) chunks.push(bytes.subarray(at, at + byteLength));
  return chunks;
}
