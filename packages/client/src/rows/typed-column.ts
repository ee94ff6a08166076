import { decodeUtf8Strict } from '@pg-dblink/protocol';

/**
 * One column as an array. `nulls` has a 1 for each NULL, whose value is then 0 or empty; it is undefined where there is
 * none.
 *
 * - `int32`: int2 and int4; `uint32`: oid; `int64`: int8; `float64`: float4 and float8; `boolean`: 1 is true.
 * - `timestamp`: timestamp and timestamptz as microseconds since 2000-01-01 (in UTC), the least and the greatest int8
 *   for the infinities; asked for in text the session's DateStyle must be ISO, as it is by default.
 * - `text`: the UTF-8 of all values one after the other; value i is the bytes from `offsets[i]` up to `offsets[i + 1]`,
 *   and {@link textAt} makes a string of it.
 * - `values`: anything else, as its codec gives it.
 */
export type TypedColumn =
  | { readonly kind: 'int32'; readonly values: Int32Array; readonly nulls: Uint8Array | undefined }
  | { readonly kind: 'uint32'; readonly values: Uint32Array; readonly nulls: Uint8Array | undefined }
  | { readonly kind: 'int64'; readonly values: BigInt64Array; readonly nulls: Uint8Array | undefined }
  | { readonly kind: 'timestamp'; readonly values: BigInt64Array; readonly nulls: Uint8Array | undefined }
  | { readonly kind: 'float64'; readonly values: Float64Array; readonly nulls: Uint8Array | undefined }
  | { readonly kind: 'boolean'; readonly values: Uint8Array; readonly nulls: Uint8Array | undefined }
  | {
      readonly kind: 'text';
      readonly bytes: Uint8Array;
      readonly offsets: Uint32Array;
      readonly nulls: Uint8Array | undefined;
    }
  | { readonly kind: 'values'; readonly values: readonly unknown[]; readonly nulls: undefined };

/** A column of texts. */
export type TextColumn = Extract<TypedColumn, { readonly kind: 'text' }>;

/**
 * One value of a text column; null for NULL.
 *
 * @throws RemoteProtocolError where the server sent what is no UTF-8.
 *
 * @example
 * ```ts
 * const { columns } = await connection.typedColumns('select name from city');
 * if (columns[0]?.kind === 'text') console.log(textAt(columns[0], 0));
 * ```
 */
export function textAt({ bytes, nulls, offsets }: TextColumn, row: number): string | null {
  if (nulls?.[row] === 1) return null;
  return decodeUtf8Strict(bytes, offsets[row] ?? 0, offsets[row + 1] ?? 0);
}
