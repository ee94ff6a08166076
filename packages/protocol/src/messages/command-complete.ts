import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** A command has been completed. */
export interface CommandComplete {
  readonly type: 'CommandComplete';
  /** `INSERT 0 1` and the like; `parseCommandTag` takes it apart. */
  readonly commandTag: string;
}

/**
 * Reads the body of a CommandComplete.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * parseCommandTag(decodeCommandComplete(frame).commandTag).rows;
 * ```
 */
export function decodeCommandComplete(body: Body, decodeText?: DecodeText): CommandComplete {
  const reader = readBackend(body, 'CommandComplete', decodeText);
  const commandTag = reader.cstring();
  reader.finish();
  return { type: 'CommandComplete', commandTag };
}

/**
 * Writes a CommandComplete.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a message too long.
 * @example
 * ```ts
 * encodeCommandComplete(writer, { commandTag: 'SELECT 1' });
 * ```
 */
export function encodeCommandComplete(writer: Writer, message: Fields<CommandComplete>): void {
  writer.begin(BackendTag.CommandComplete, 'CommandComplete');
  writer.cstring(message.commandTag);
  writer.end();
}
