import { type Body, type BodyReader, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { LocalProtocolError, RemoteProtocolError } from '../errors.ts';
import { MAX_STARTUP_PACKET_LENGTH } from '../limits.ts';
import type { Fields } from './fields.ts';

/**
 * Protocol 3.0 as the Int32 in a StartupMessage: the major version in the upper half, the minor in the lower.
 *
 * @example
 * ```ts
 * encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', 'alice']]) });
 * ```
 */
export const PROTOCOL_3_0 = 0x0003_0000;

/**
 * Protocol 3.2, PostgreSQL 18's: cancel keys of up to 256 bytes.
 *
 * @example
 * ```ts
 * PROTOCOL_3_2 >>> 16; // 3
 * PROTOCOL_3_2 & 0xffff; // 2
 * ```
 */
export const PROTOCOL_3_2 = 0x0003_0002;

/** The first message of a session: the protocol version wanted, and run-time parameters by name. */
export interface StartupMessage {
  readonly type: 'StartupMessage';
  readonly protocolVersion: number;
  /** `user` is mandatory for the server; a name that begins with `_pq_.` is a protocol option. */
  readonly parameters: ReadonlyMap<string, string>;
}

/**
 * Reads the body of a StartupMessage, whose version has not been read yet; of a repeated name the last value counts, as
 * on the server.
 *
 * @throws RemoteProtocolError when the packet is not laid out as the manual says ("Message Formats").
 * @example
 * ```ts
 * const reader = new FrameReader(frontendLimits(), 'untyped');
 * reader.push(chunk);
 * const frame = reader.next();
 * if (frame !== undefined) decodeStartupMessage(frame).parameters.get('user');
 * ```
 */
export function decodeStartupMessage(body: Body, decodeText?: DecodeText): StartupMessage {
  const reader = readFrontend(body, 'StartupMessage', decodeText);
  const protocolVersion = reader.int32();
  const parameters = readParameters(reader);
  reader.finish();
  return { type: 'StartupMessage', protocolVersion, parameters };
}

function readParameters(reader: BodyReader): Map<string, string> {
  const parameters = new Map<string, string>();
  while (reader.remaining > 0) {
    const name = reader.cstring();
    if (name === '') return parameters;
    parameters.set(name, reader.cstring());
  }
  throw new RemoteProtocolError(
    'invalid-value',
    'invalid startup packet layout: expected terminator as last byte',
    'StartupMessage',
  );
}

/**
 * Writes a StartupMessage.
 *
 * @throws LocalProtocolError when a name is empty, a string holds a zero byte (it would inject a parameter) or a lone
 * surrogate, or the packet would pass 10,004 bytes, the most that a server reads.
 * @example
 * ```ts
 * encodeStartupMessage(writer, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', 'alice']]) });
 * ```
 */
export function encodeStartupMessage(writer: Writer, message: Fields<StartupMessage>): void {
  writer.beginUntyped('StartupMessage', MAX_STARTUP_PACKET_LENGTH);
  writer.int32(message.protocolVersion);
  for (const [name, value] of message.parameters) {
    if (name === '') {
      throw new LocalProtocolError('value-out-of-range', 'a parameter name cannot be empty', 'StartupMessage');
    }
    writer.cstring(name);
    writer.cstring(value);
  }
  writer.byte(0);
  writer.end();
}
