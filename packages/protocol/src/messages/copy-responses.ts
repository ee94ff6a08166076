import { type Body, readBackend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import { readFormats, writeFormats } from './bind.ts';
import type { FormatCode } from './fields.ts';

/** The server is ready for COPY: in (`CopyInResponse`), out, or, for replication, both. */
export interface CopyResponse {
  readonly type: 'CopyInResponse' | 'CopyOutResponse' | 'CopyBothResponse';
  /** 0 for the textual formats, 1 for binary. */
  readonly format: FormatCode;
  /** One format a column. */
  readonly columnFormats: readonly FormatCode[];
}

/**
 * Reads the body of one of the three copy responses.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { columnFormats } = decodeCopyResponse(frame, 'CopyOutResponse');
 * ```
 */
export function decodeCopyResponse(body: Body, type: CopyResponse['type']): CopyResponse {
  const reader = readBackend(body, type);
  const format = (reader.byte() << 24) >> 24;
  const columnFormats = readFormats(reader);
  reader.finish();
  return { type, format, columnFormats };
}

/**
 * Writes one of the three copy responses.
 *
 * @throws LocalProtocolError for more than 65,535 columns or a format that is no number of its size.
 * @example
 * ```ts
 * encodeCopyResponse(writer, { type: 'CopyInResponse', format: 0, columnFormats: [0, 0] });
 * ```
 */
export function encodeCopyResponse(writer: Writer, message: CopyResponse): void {
  writer.begin(BackendTag[message.type], message.type);
  writer.int8(message.format);
  writeFormats(writer, message.columnFormats);
  writer.end();
}
