import { type Body, type BodyReader, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import { MAX_SMALL_MESSAGE_LENGTH, type Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** What Describe and Close are about. */
export type Target = 'statement' | 'portal';

/** Asks for the description of a prepared statement or a portal. */
export interface Describe {
  readonly type: 'Describe';
  readonly target: Target;
  /** '' is the unnamed one. */
  readonly name: string;
}

/**
 * Reads the body of a Describe.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { target, name } = decodeDescribe(frame);
 * ```
 */
export function decodeDescribe(body: Body, decodeText?: DecodeText): Describe {
  const reader = readFrontend(body, 'Describe', decodeText);
  const target = readTarget(reader, 'DESCRIBE');
  const name = reader.cstring();
  reader.finish();
  return { type: 'Describe', target, name };
}

/**
 * Writes a Describe.
 *
 * @throws LocalProtocolError for a zero byte or lone surrogate, or a name longer than the server's limit of 10,000.
 * @example
 * ```ts
 * encodeDescribe(writer, { target: 'statement', name: 's1' });
 * ```
 */
export function encodeDescribe(writer: Writer, message: Fields<Describe>): void {
  writer.begin(FrontendTag.Describe, 'Describe', MAX_SMALL_MESSAGE_LENGTH);
  writeTarget(writer, message.target);
  writer.cstring(message.name);
  writer.end();
}

const statementByte = 0x53; // S
const portalByte = 0x50; // P

export function readTarget(reader: BodyReader, command: 'DESCRIBE' | 'CLOSE'): Target {
  const byte = reader.byte();
  if (byte === statementByte) return 'statement';
  if (byte === portalByte) return 'portal';
  return reader.invalid(`invalid ${command} message subtype ${byte}`);
}

export function writeTarget(writer: Writer, target: Target): void {
  writer.byte(target === 'statement' ? statementByte : portalByte);
}
