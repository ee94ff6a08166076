import type { PGlite } from '@electric-sql/pglite';
import { joined } from './data-rows.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(`${value}\0`);

function int16(value: number): Uint8Array {
  return Uint8Array.of((value >> 8) & 0xff, value & 0xff);
}

function message(tag: string, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = joined(parts);
  const header = new Uint8Array(5);
  header[0] = tag.charCodeAt(0);
  new DataView(header.buffer).setInt32(1, body.length + 4);
  return joined([header, body]);
}

/** The DataRow messages with which the engine answers a query in one wire format for all columns. */
export async function dataRowsOf(pg: PGlite, sql: string, format: 0 | 1): Promise<Uint8Array> {
  const answer = await pg.execProtocolRaw(
    joined([
      message('P', text(''), text(sql), int16(0)),
      message('B', text(''), text(''), int16(0), int16(0), int16(1), int16(format)),
      message('E', text(''), new Uint8Array(4)),
      message('S'),
    ]),
  );
  const rows: Uint8Array[] = [];
  const view = new DataView(answer.buffer, answer.byteOffset, answer.byteLength);
  for (let at = 0; at < answer.length; ) {
    const end = at + 1 + view.getInt32(at + 1);
    const tag = String.fromCharCode(answer[at] ?? 0);
    if (tag === 'D') rows.push(answer.subarray(at, end));
    if (tag === 'E') throw new Error(new TextDecoder().decode(answer.subarray(at, end)));
    at = end;
  }
  return joined(rows);
}
