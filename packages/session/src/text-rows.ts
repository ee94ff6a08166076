import type { RemoteField } from './connection.ts';
import type { RowConsumer, RowOutcome } from './rows.ts';

/** Rows as text, each value as the remote server wrote it. */
export interface TextRows {
  readonly fields: readonly RemoteField[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Command tag when the last statement returned no row set; there is one row with it then, in a column `status`. */
  readonly command: string | undefined;
}

const TEXT_OID = 25;
/** The column of a command's tag. */
export const STATUS_FIELD: RemoteField = { name: 'status', typeOid: TEXT_OID, typeModifier: -1, format: 0 };

/** Collects rows in memory. */
export class TextRowCollector implements RowConsumer {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #fields: readonly RemoteField[] = [];
  #rows: (readonly (string | null)[])[] = [];

  rowSet(header: { readonly fields: readonly RemoteField[] }): void {
    this.#fields = header.fields;
    this.#rows = [];
  }

  rows(bytes: Uint8Array, start: number, end: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    let at = start;
    while (at < end) {
      // Tag, length, number of fields; then length and bytes of each field.
      const next = at + 1 + view.getInt32(at + 1);
      this.#rows.push(this.#row(bytes, view, at + 5));
      at = next;
    }
  }

  /** What the call returns, given how it ended. */
  result(outcome: RowOutcome): TextRows {
    switch (outcome.kind) {
      case 'rows':
      case 'kept':
        return { fields: this.#fields, rows: this.#rows, command: undefined };
      case 'status':
        return { fields: [STATUS_FIELD], rows: [[outcome.tag]], command: outcome.tag };
      case 'none':
        return { fields: [], rows: [], command: undefined };
    }
  }

  #row(bytes: Uint8Array, view: DataView, start: number): (string | null)[] {
    let at = start + 2;
    return Array.from({ length: view.getInt16(start) }, () => {
      const byteLength = view.getInt32(at);
      at += 4;
      if (byteLength < 0) return null;
      at += byteLength;
      return this.#decoder.decode(bytes.subarray(at - byteLength, at));
    });
  }
}

/** One row as a DataRow message, every value in text format. */
export function encodeTextRow(values: readonly string[]): Uint8Array {
  const encoder = new TextEncoder();
  const fields = values.map((value) => encoder.encode(value));
  const bodyLength = fields.reduce((sum, { byteLength }) => sum + 4 + byteLength, 6);
  const bytes = new Uint8Array(1 + bodyLength);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x44;
  view.setInt32(1, bodyLength);
  view.setInt16(5, fields.length);
  let at = 7;
  for (const field of fields) {
    view.setInt32(at, field.byteLength);
    bytes.set(field, at + 4);
    at += 4 + field.byteLength;
  }
  return bytes;
}
