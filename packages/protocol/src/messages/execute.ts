import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import { MAX_SMALL_MESSAGE_LENGTH, type Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** Runs a portal, or runs it on. */
export interface Execute {
  readonly type: 'Execute';
  /** '' is the unnamed portal. */
  readonly portal: string;
  /** The number of rows after which the portal is suspended; no limit when zero or less. */
  readonly maxRows: number;
}

/**
 * Reads the body of an Execute.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { portal, maxRows } = decodeExecute(frame);
 * ```
 */
export function decodeExecute(body: Body, decodeText?: DecodeText): Execute {
  const reader = readFrontend(body, 'Execute', decodeText);
  const portal = reader.cstring();
  const maxRows = reader.int32();
  reader.finish();
  return { type: 'Execute', portal, maxRows };
}

/**
 * Writes an Execute.
 *
 * @throws LocalProtocolError for a zero byte or lone surrogate, a name too long, or a count beyond Int32.
 * @example
 * ```ts
 * encodeExecute(writer, { portal: '', maxRows: 0 });
 * ```
 */
export function encodeExecute(writer: Writer, message: Fields<Execute>): void {
  writer.begin(FrontendTag.Execute, 'Execute', MAX_SMALL_MESSAGE_LENGTH);
  writer.cstring(message.portal);
  writer.int32(message.maxRows);
  writer.end();
}
