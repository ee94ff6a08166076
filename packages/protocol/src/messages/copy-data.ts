import { type Body, readBackend, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import { MAX_SMALL_MESSAGE_LENGTH, type Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** A piece of COPY data, in either direction; pieces need not be rows. */
export interface CopyData {
  readonly type: 'CopyData';
  /** A view when decoded. */
  readonly data: Uint8Array;
}

/** Ends COPY data with a failure. */
export interface CopyFail {
  readonly type: 'CopyFail';
  readonly reason: string;
}

/**
 * Reads the body of a CopyData.
 *
 * @example
 * ```ts
 * const { data } = decodeCopyData(frame);
 * ```
 */
export function decodeCopyData(body: Body): CopyData {
  return { type: 'CopyData', data: readBackend(body, 'CopyData').rest() };
}

/**
 * Writes a CopyData, whose type byte is the same from either side.
 *
 * @throws LocalProtocolError when the message would pass the server's limit of 1 GiB.
 * @example
 * ```ts
 * encodeCopyData(writer, { data: new TextEncoder().encode('1\tone\n') });
 * ```
 */
export function encodeCopyData(writer: Writer, message: Fields<CopyData>): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.bytes(message.data);
  writer.end();
}

/**
 * Writes a CopyData up to its data, `byteLength` bytes that are sent right behind it from where they lie: what is large
 * need not be copied.
 *
 * @throws LocalProtocolError when the message would pass the server's limit of 1 GiB.
 * @example
 * ```ts
 * encodeCopyDataHeader(writer, piece.byteLength);
 * for (const part of [writer.take(), piece]) socket.write(part);
 * ```
 */
export function encodeCopyDataHeader(writer: Writer, byteLength: number): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.endBefore(byteLength);
}

/**
 * Reads the body of a CopyFail.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { reason } = decodeCopyFail(frame);
 * ```
 */
export function decodeCopyFail(body: Body, decodeText?: DecodeText): CopyFail {
  const reader = readFrontend(body, 'CopyFail', decodeText);
  const reason = reader.cstring();
  reader.finish();
  return { type: 'CopyFail', reason };
}

/**
 * Writes a CopyFail.
 *
 * @throws LocalProtocolError for a zero byte or lone surrogate, or a reason that would pass the server's limit of 10,000
 * bytes, at which it drops the connection.
 * @example
 * ```ts
 * encodeCopyFail(writer, { reason: 'the source went away' });
 * ```
 */
export function encodeCopyFail(writer: Writer, message: Fields<CopyFail>): void {
  writer.begin(FrontendTag.CopyFail, 'CopyFail', MAX_SMALL_MESSAGE_LENGTH);
  writer.cstring(message.reason);
  writer.end();
}
