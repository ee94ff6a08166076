import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** A notification raised by NOTIFY; it may arrive at any time. */
export interface NotificationResponse {
  readonly type: 'NotificationResponse';
  /** The process ID of the notifying backend, which may be the receiver's own. */
  readonly processId: number;
  readonly channel: string;
  readonly payload: string;
}

/**
 * Reads the body of a NotificationResponse.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { channel, payload } = decodeNotificationResponse(frame);
 * ```
 */
export function decodeNotificationResponse(body: Body, decodeText?: DecodeText): NotificationResponse {
  const reader = readBackend(body, 'NotificationResponse', decodeText);
  const processId = reader.int32();
  const channel = reader.cstring();
  const payload = reader.cstring();
  reader.finish();
  return { type: 'NotificationResponse', processId, channel, payload };
}

/**
 * Writes a NotificationResponse.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a message too long.
 * @example
 * ```ts
 * encodeNotificationResponse(writer, { processId: 42, channel: 'jobs', payload: '7' });
 * ```
 */
export function encodeNotificationResponse(writer: Writer, message: Fields<NotificationResponse>): void {
  writer.begin(BackendTag.NotificationResponse, 'NotificationResponse');
  writer.int32(message.processId);
  writer.cstring(message.channel);
  writer.cstring(message.payload);
  writer.end();
}
