import { type Body, readBackend, readFrontend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag, FrontendTag } from '../tags.ts';

/** A client's message that is all said by its type. */
export interface BareFrontend {
  readonly type: 'Sync' | 'Flush' | 'Terminate';
}

/** A server's message that is all said by its type. */
export interface BareBackend {
  readonly type:
    | 'ParseComplete'
    | 'BindComplete'
    | 'CloseComplete'
    | 'NoData'
    | 'PortalSuspended'
    | 'EmptyQueryResponse';
}

/** The end of COPY data, in either direction. */
export interface CopyDone {
  readonly type: 'CopyDone';
}

/**
 * Writes a Sync: ends the implicit transaction, is answered by ReadyForQuery, and ends the skipping after an error.
 *
 * @example
 * ```ts
 * encodeSync(writer);
 * ```
 */
export function encodeSync(writer: Writer): void {
  writer.begin(FrontendTag.Sync, 'Sync');
  writer.end();
}

/**
 * Writes a Flush: the server sends what it has kept back.
 *
 * @example
 * ```ts
 * encodeFlush(writer);
 * ```
 */
export function encodeFlush(writer: Writer): void {
  writer.begin(FrontendTag.Flush, 'Flush');
  writer.end();
}

/**
 * Writes a Terminate, the last message of a session.
 *
 * @example
 * ```ts
 * encodeTerminate(writer);
 * socket.end(writer.take());
 * ```
 */
export function encodeTerminate(writer: Writer): void {
  writer.begin(FrontendTag.Terminate, 'Terminate');
  writer.end();
}

/**
 * Writes a CopyDone, whose type byte is the same from either side.
 *
 * @example
 * ```ts
 * encodeCopyDone(writer);
 * ```
 */
export function encodeCopyDone(writer: Writer): void {
  writer.begin(FrontendTag.CopyDone, 'CopyDone');
  writer.end();
}

/**
 * Writes one of the server's messages without a body.
 *
 * @example
 * ```ts
 * encodeBareBackend(writer, { type: 'ParseComplete' });
 * ```
 */
export function encodeBareBackend(writer: Writer, message: BareBackend): void {
  writer.begin(BackendTag[message.type], message.type);
  writer.end();
}

/**
 * Reads the empty body of a server's message.
 *
 * @throws RemoteProtocolError when the body is not empty.
 * @example
 * ```ts
 * decodeBareBackend(frame, 'BindComplete').type; // 'BindComplete'
 * ```
 */
export function decodeBareBackend(body: Body, type: BareBackend['type']): BareBackend {
  readBackend(body, type).finish();
  return { type };
}

/**
 * Reads the empty body of a client's message.
 *
 * @throws RemoteProtocolError when the body is not empty.
 * @example
 * ```ts
 * decodeBareFrontend(frame, 'Sync').type; // 'Sync'
 * ```
 */
export function decodeBareFrontend(body: Body, type: BareFrontend['type']): BareFrontend {
  readFrontend(body, type).finish();
  return { type };
}

/**
 * Reads the empty body of a CopyDone.
 *
 * @throws RemoteProtocolError when the body is not empty.
 * @example
 * ```ts
 * decodeCopyDone(frame).type; // 'CopyDone'
 * ```
 */
export function decodeCopyDone(body: Body): CopyDone {
  readBackend(body, 'CopyDone').finish();
  return { type: 'CopyDone' };
}
