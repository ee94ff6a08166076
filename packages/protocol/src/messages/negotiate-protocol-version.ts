import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** The server does not know the minor version asked for, or protocol options among the start-up parameters. */
export interface NegotiateProtocolVersion {
  readonly type: 'NegotiateProtocolVersion';
  /** The newest version of the requested major that the server speaks, in full: 0x00030000 and up. */
  readonly newestProtocolVersion: number;
  readonly unsupportedOptions: readonly string[];
}

/**
 * Reads the body of a NegotiateProtocolVersion; whether its content can be accepted is the client's to judge.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { newestProtocolVersion } = decodeNegotiateProtocolVersion(frame);
 * ```
 */
export function decodeNegotiateProtocolVersion(body: Body, decodeText?: DecodeText): NegotiateProtocolVersion {
  const reader = readBackend(body, 'NegotiateProtocolVersion', decodeText);
  const newestProtocolVersion = reader.int32();
  const count = reader.int32();
  const prefix = 'received invalid protocol negotiation message';
  if (count < 0) reader.invalid(`${prefix}: server reported negative number of unsupported parameters`);
  // A name takes at least its terminator.
  if (count > reader.remaining) reader.invalid(prefix);
  const unsupportedOptions: string[] = [];
  for (let index = 0; index < count; index += 1) unsupportedOptions.push(reader.cstring());
  reader.finish();
  return { type: 'NegotiateProtocolVersion', newestProtocolVersion, unsupportedOptions };
}

/**
 * Writes a NegotiateProtocolVersion.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a message too long.
 * @example
 * ```ts
 * encodeNegotiateProtocolVersion(writer, { newestProtocolVersion: PROTOCOL_3_0, unsupportedOptions: ['_pq_.x'] });
 * ```
 */
export function encodeNegotiateProtocolVersion(writer: Writer, message: Fields<NegotiateProtocolVersion>): void {
  writer.begin(BackendTag.NegotiateProtocolVersion, 'NegotiateProtocolVersion');
  writer.int32(message.newestProtocolVersion);
  writer.int32(message.unsupportedOptions.length);
  for (const name of message.unsupportedOptions) writer.cstring(name);
  writer.end();
}
