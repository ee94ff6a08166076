import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields, FormatCode } from './fields.ts';

/** What the server says about one column of a result. */
export interface FieldDescription {
  readonly name: string;
  /** OID of the table that the column comes from; 0 when it comes from none. */
  readonly tableOid: number;
  /** The column's number in that table; 0 when it comes from none. */
  readonly columnNumber: number;
  readonly typeOid: number;
  /** pg_type.typlen in bytes; −1 for a varlena type, −2 for a C string. */
  readonly typeSize: number;
  /** pg_attribute.atttypmod; −1 for none. */
  readonly typeModifier: number;
  /** 0 whenever a statement, not a portal, was described: the format is not known then. */
  readonly format: FormatCode;
}

/** The columns of the rows that follow. */
export interface RowDescription {
  readonly type: 'RowDescription';
  readonly fields: readonly FieldDescription[];
}

/** A name's terminator and the 18 bytes behind it. */
const leastFieldByteLength = 19;

/**
 * Reads the body of a RowDescription.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const names = decodeRowDescription(frame).fields.map((field) => field.name);
 * ```
 */
export function decodeRowDescription(body: Body, decodeText?: DecodeText): RowDescription {
  const reader = readBackend(body, 'RowDescription', decodeText);
  const count = reader.count(leastFieldByteLength);
  const fields: FieldDescription[] = [];
  for (let index = 0; index < count; index += 1) {
    fields.push({
      name: reader.cstring(),
      tableOid: reader.uint32(),
      columnNumber: reader.int16(),
      typeOid: reader.uint32(),
      typeSize: reader.int16(),
      typeModifier: reader.int32(),
      format: reader.int16(),
    });
  }
  reader.finish();
  return { type: 'RowDescription', fields };
}

/**
 * Writes a RowDescription.
 *
 * @throws LocalProtocolError for more than 65,535 fields, a number out of its range, a zero byte or a lone surrogate.
 * @example
 * ```ts
 * const text = { tableOid: 0, columnNumber: 0, typeOid: 25, typeSize: -1, typeModifier: -1, format: 0 };
 * encodeRowDescription(writer, { fields: [{ name: 'greeting', ...text }] });
 * ```
 */
export function encodeRowDescription(writer: Writer, message: Fields<RowDescription>): void {
  writer.begin(BackendTag.RowDescription, 'RowDescription');
  writer.count(message.fields.length);
  for (const field of message.fields) {
    writer.cstring(field.name);
    writer.uint32(field.tableOid);
    writer.int16(field.columnNumber);
    writer.uint32(field.typeOid);
    writer.int16(field.typeSize);
    writer.int32(field.typeModifier);
    writer.int16(field.format);
  }
  writer.end();
}
