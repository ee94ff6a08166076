import type { RemoteField } from './connection.ts';
import type { RowConsumer, RowOutcome } from './rows.ts';
import { TextRowCollector } from './text-rows.ts';
import type { TypedRows } from './typed-rows.ts';
import { parseArray } from './values/array.ts';
import { type ReadValue, readerOf } from './values/scalar.ts';

/** Built-in types that are read as something else than text: OID of the type, OID of its array type, name. */
const TYPES = [
  [16, 1000, 'bool'],
  [17, 1001, 'bytea'],
  [20, 1016, 'int8'],
  [21, 1005, 'int2'],
  [23, 1007, 'int4'],
  [26, 1028, 'oid'],
  [114, 199, 'json'],
  [700, 1021, 'float4'],
  [701, 1022, 'float8'],
  [3802, 3807, 'jsonb'],
] as const;

/** Arrays whose elements are texts. */
const TEXT_ARRAYS = [1002, 1003, 1009, 1014, 1015, 1041, 1115, 1182, 1183, 1185, 1187, 1231, 1270, 2951] as const;

const READERS: ReadonlyMap<number, ReadValue> = new Map<number, ReadValue>([
  ...TYPES.flatMap(([scalar, array, name]): [number, ReadValue][] => [
    [scalar, readerOf(name)],
    [array, arrayOf(readerOf(name))],
  ]),
  ...TEXT_ARRAYS.map((array): [number, ReadValue] => [array, arrayOf((text) => text)]),
]);

function arrayOf(read: ReadValue): ReadValue {
  return (text) => parseArray(text, read);
}

/** Collects rows as objects whose keys and types are those that the remote server describes. */
export class DescribedRowCollector implements RowConsumer {
  readonly #text = new TextRowCollector();

  rowSet(header: { readonly fields: readonly RemoteField[] }): void {
    this.#text.rowSet(header);
  }

  rows(bytes: Uint8Array, start: number, end: number): void {
    this.#text.rows(bytes, start, end);
  }

  result<Row>(outcome: RowOutcome): TypedRows<Row> {
    const { fields, rows, command } = this.#text.result(outcome);
    const columns = fields.map(({ name, typeOid }) => ({ name, read: READERS.get(typeOid) }));
    const objectOf = (row: readonly (string | null)[]): Row =>
      Object.fromEntries(
        columns.map(({ name, read }, at) => {
          const text = row[at] ?? null;
          return [name, text === null || read === undefined ? text : read(text)];
        }),
      ) as Row;
    return { fields, rows: rows.map(objectOf), command };
  }
}
