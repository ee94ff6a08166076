import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';

/** The fields of an error or notice, as libpq names them; the server may leave out any. */
export interface ErrorFields {
  /** ERROR, FATAL, PANIC, or WARNING, NOTICE, DEBUG, INFO, LOG: in the server's language. */
  readonly severity?: string;
  /** The same, never translated. */
  readonly severityNonlocalized?: string;
  readonly sqlState?: string;
  readonly message?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Where in the query, in characters from 1, as decimal digits. */
  readonly position?: string;
  readonly internalPosition?: string;
  readonly internalQuery?: string;
  /** The call stack, one entry a line, the innermost first. */
  readonly context?: string;
  readonly schemaName?: string;
  readonly tableName?: string;
  readonly columnName?: string;
  readonly dataTypeName?: string;
  readonly constraintName?: string;
  readonly sourceFile?: string;
  readonly sourceLine?: string;
  readonly sourceFunction?: string;
}

/** Something went wrong. */
export interface ErrorResponse {
  readonly type: 'ErrorResponse';
  readonly fields: ErrorFields;
}

/** Something worth saying; it may arrive at any time. */
export interface NoticeResponse {
  readonly type: 'NoticeResponse';
  readonly fields: ErrorFields;
}

/**
 * The byte in front of each field.
 *
 * @example
 * ```ts
 * ErrorFieldCode.sqlState; // 'C'
 * ```
 */
export const ErrorFieldCode: Readonly<Record<keyof ErrorFields, string>> = {
  severity: 'S',
  severityNonlocalized: 'V',
  sqlState: 'C',
  message: 'M',
  detail: 'D',
  hint: 'H',
  position: 'P',
  internalPosition: 'p',
  internalQuery: 'q',
  context: 'W',
  schemaName: 's',
  tableName: 't',
  columnName: 'c',
  dataTypeName: 'd',
  constraintName: 'n',
  sourceFile: 'F',
  sourceLine: 'L',
  sourceFunction: 'R',
};

const names = Object.keys(ErrorFieldCode) as (keyof ErrorFields)[];
const namesByByte: ReadonlyMap<number, keyof ErrorFields> = new Map(
  names.map((name) => [ErrorFieldCode[name].charCodeAt(0), name]),
);

/**
 * Reads the body of an ErrorResponse; the last of a repeated field counts, and unknown fields are passed over.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { sqlState, message } = decodeErrorResponse(frame).fields;
 * ```
 */
export function decodeErrorResponse(body: Body, decodeText?: DecodeText): ErrorResponse {
  return { type: 'ErrorResponse', fields: readFields(body, 'ErrorResponse', decodeText) };
}

/**
 * Reads the body of a NoticeResponse, as {@link decodeErrorResponse} does.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { message } = decodeNoticeResponse(frame).fields;
 * ```
 */
export function decodeNoticeResponse(body: Body, decodeText?: DecodeText): NoticeResponse {
  return { type: 'NoticeResponse', fields: readFields(body, 'NoticeResponse', decodeText) };
}

function readFields(body: Body, type: 'ErrorResponse' | 'NoticeResponse', decodeText?: DecodeText): ErrorFields {
  const reader = readBackend(body, type, decodeText);
  const fields: { -readonly [Name in keyof ErrorFields]: string } = {};
  for (let code = reader.byte(); code !== 0; code = reader.byte()) {
    const value = reader.cstring();
    const name = namesByByte.get(code);
    if (name !== undefined) fields[name] = value;
  }
  reader.finish();
  return fields;
}

/**
 * Writes an ErrorResponse or NoticeResponse, its fields in the server's order.
 *
 * @throws LocalProtocolError for a zero byte or a lone surrogate.
 * @example
 * ```ts
 * const fields = { severity: 'ERROR', severityNonlocalized: 'ERROR', sqlState: '22012', message: 'division by zero' };
 * encodeErrorOrNotice(writer, { type: 'ErrorResponse', fields });
 * ```
 */
export function encodeErrorOrNotice(writer: Writer, message: ErrorResponse | NoticeResponse): void {
  writer.begin(BackendTag[message.type], message.type);
  for (const name of names) {
    const value = message.fields[name];
    if (value === undefined) continue;
    writer.byte(ErrorFieldCode[name].charCodeAt(0));
    writer.cstring(value);
  }
  writer.byte(0);
  writer.end();
}
