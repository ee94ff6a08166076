/**
 * Makes a value of the bytes from `start` up to `end`; they may be looked at during the call only. `view`, where the
 * caller has one, is of the same memory: it reads several bytes in one step.
 */
export type DecodeValue = (bytes: Uint8Array, start: number, end: number, view?: DataView) => unknown;

/** How values of one type travel, in both formats and both directions. */
export interface TypeCodec {
  readonly oid: number;
  /** OID of the type of arrays of it; 0 when there is none. */
  readonly arrayOid: number;
  /** The type's name in pg_type. */
  readonly name: string;
  /** The format in which columns are asked for when the choice is free: binary where both formats give equal values. */
  readonly preferredFormat: 0 | 1;
  readonly decodeText: DecodeValue;
  readonly decodeBinary: DecodeValue;
  /** Throws UsageError for a value of another kind. A string is its own text and does not get here. */
  encodeText(value: unknown): string;
  /** Throws UsageError for a value of another kind. */
  encodeBinary(value: unknown): Uint8Array;
  /** The format in which parameters are sent; default text. */
  readonly parameterFormat?: 0 | 1;
  /** What stands between elements in the text of an array; `;` for box alone. */
  readonly delimiter?: ';';
}
