/** Makes a value of the bytes from `start` up to `end`; they may be looked at during the call only. */
export type DecodeValue = (bytes: Uint8Array, start: number, end: number) => unknown;

/** How values of one type travel, in both formats and both directions. */
export interface TypeCodec {
  readonly oid: number;
  /** OID of the type of arrays of it; 0 when there is none. */
  readonly arrayOid: number;
  /** The type's name in pg_type. */
  readonly name: string;
  readonly decodeText: DecodeValue;
  readonly decodeBinary: DecodeValue;
  /** A value as a parameter: a string travels as text, bytes travel as binary. Throws UsageError for another type's. */
  encode(value: unknown): string | Uint8Array;
}
