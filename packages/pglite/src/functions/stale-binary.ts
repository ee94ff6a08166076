import {
  type Call,
  callBuiltin,
  type Engine,
  executeSql,
  type RowStore,
  SqlError,
  withSettings,
} from '@pg-dblink/fmgr';
import type { RowSetFrame } from '../bridge/frames.ts';

// StringInfoData on wasm32: data, len, maxlen, cursor.
const STRING_INFO_BYTES = 16;
const ANY_MODIFIER = -1;
const DATA_ROW_HEADER = 7;

interface TextOfType {
  textOf(bytes: Uint8Array): string;
}

/**
 * Takes rows of which some columns come in binary although they are no longer of the type that was expected: the remote
 * table has changed since its description was remembered. Such a value becomes the text that the remote server would
 * have sent, and goes through the declared type's input function like any text.
 */
export class StaleBinaryRows {
  readonly #engine: Engine;
  readonly #store: RowStore;
  /** What the remote server's text depends on besides the styles, which hold for the whole call. */
  readonly #settings: Readonly<Record<string, string>>;
  readonly #columns: readonly (TextOfType | undefined)[];
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  #rest: Uint8Array = new Uint8Array(0);

  /** @param store - takes every column as text */
  constructor(call: Call, store: RowStore, rowSet: Pick<RowSetFrame, 'typeOids' | 'formats' | 'timeZone'>) {
    const { formats, timeZone, typeOids } = rowSet;
    this.#engine = call.engine;
    this.#store = store;
    this.#columns = typeOids.map((typeOid, at) => (formats[at] === 1 ? textOfType(call.engine, typeOid) : undefined));
    this.#settings = timeZone === undefined ? {} : { TimeZone: timeZone };
  }

  /** As {@link RowStore.put}: a stretch of DataRow messages, cut anywhere. */
  put(bytes: Uint8Array, start: number, end: number): void {
    const all = new Uint8Array(this.#rest.length + end - start);
    all.set(this.#rest);
    all.set(bytes.subarray(start, end), this.#rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    while (at + DATA_ROW_HEADER <= all.length && at + 1 + view.getInt32(at + 1) <= all.length) {
      const first = at + DATA_ROW_HEADER;
      const row = withSettings(this.#engine, this.#settings, () => this.#row(all, view, first));
      this.#store.putText(row);
      at += 1 + view.getInt32(at + 1);
    }
    this.#rest = all.slice(at);
  }

  #row(bytes: Uint8Array, view: DataView, first: number): (string | null)[] {
    let at = first;
    return this.#columns.map((column) => {
      const byteLength = view.getInt32(at);
      at += 4;
      if (byteLength < 0) return null;
      at += byteLength;
      const value = bytes.subarray(at - byteLength, at);
      return column === undefined ? this.#decoder.decode(value) : column.textOf(value);
    });
  }
}

/** The type's receive function, then its output function. */
function textOfType(engine: Engine, typeOid: number): TextOfType {
  const { rows } = executeSql(
    engine,
    `SELECT typreceive::oid::int8, typoutput::oid::int8, CASE typelem WHEN 0 THEN oid ELSE typelem END::int8
      FROM pg_catalog.pg_type WHERE oid = ${typeOid}`,
  );
  const [receive = 0, output = 0, parameter = 0] = rows[0]?.map(Number) ?? [];
  if (receive === 0) {
    throw new SqlError({ sqlState: '42883', message: `no binary input function available for type ${typeOid}` });
  }
  return {
    textOf: (bytes) => {
      const { functions, heap } = engine;
      const message = functions.palloc(STRING_INFO_BYTES + bytes.length + 1);
      const data = message + STRING_INFO_BYTES;
      heap.write(data, bytes);
      heap.setInt8(data + bytes.length, 0);
      heap.setInt32(message, data);
      heap.setInt32(message + 4, bytes.length);
      heap.setInt32(message + 8, bytes.length + 1);
      heap.setInt32(message + 12, 0);
      const datum = callBuiltin(engine, receive, [message, parameter, ANY_MODIFIER]);
      const text = heap.cString(functions.OidOutputFunctionCall(output, datum));
      functions.pfree(message);
      return text;
    },
  };
}
