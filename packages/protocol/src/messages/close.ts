import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import { MAX_SMALL_MESSAGE_LENGTH, type Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import { readTarget, type Target, writeTarget } from './describe.ts';
import type { Fields } from './fields.ts';

/** Closes a prepared statement or a portal; one that does not exist is not an error. */
export interface Close {
  readonly type: 'Close';
  readonly target: Target;
  /** '' is the unnamed one. */
  readonly name: string;
}

/**
 * Reads the body of a Close.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { target, name } = decodeClose(frame);
 * ```
 */
export function decodeClose(body: Body, decodeText?: DecodeText): Close {
  const reader = readFrontend(body, 'Close', decodeText);
  const target = readTarget(reader, 'CLOSE');
  const name = reader.cstring();
  reader.finish();
  return { type: 'Close', target, name };
}

/**
 * Writes a Close; throws LocalProtocolError as `encodeDescribe` does.
 *
 * @example
 * ```ts
 * encodeClose(writer, { target: 'statement', name: 's1' });
 * ```
 */
export function encodeClose(writer: Writer, message: Fields<Close>): void {
  writer.begin(FrontendTag.Close, 'Close', MAX_SMALL_MESSAGE_LENGTH);
  writeTarget(writer, message.target);
  writer.cstring(message.name);
  writer.end();
}
