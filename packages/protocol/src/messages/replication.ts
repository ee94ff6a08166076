import { type Body, type BodyReader, readBackend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** A piece of write-ahead log, or of a logical decoding stream, inside the CopyData of a replication connection. */
export interface XLogData {
  readonly type: 'XLogData';
  /** Where the data starts in the log. */
  readonly start: bigint;
  /** The server's current end of the log. */
  readonly end: bigint;
  /** The server's clock: microseconds since 2000-01-01 00:00 UTC. */
  readonly serverTime: bigint;
  /** A view when decoded. */
  readonly data: Uint8Array;
}

/** The server shows that it lives, and may ask for the same. */
export interface PrimaryKeepalive {
  readonly type: 'PrimaryKeepalive';
  /** The server's current end of the log. */
  readonly end: bigint;
  /** Microseconds since 2000-01-01 00:00 UTC. */
  readonly serverTime: bigint;
  /** Without an answer the server hangs up after wal_sender_timeout. */
  readonly replyRequested: boolean;
}

/** How far the standby has come. */
export interface StandbyStatusUpdate {
  readonly type: 'StandbyStatusUpdate';
  /** Each the position of the last byte + 1. */
  readonly written: bigint;
  readonly flushed: bigint;
  readonly applied: bigint;
  /** The client's clock: microseconds since 2000-01-01 00:00 UTC. */
  readonly clientTime: bigint;
  readonly replyRequested: boolean;
}

/** The oldest transactions that the standby still needs; all zero when it needs none. */
export interface HotStandbyFeedback {
  readonly type: 'HotStandbyFeedback';
  /** The client's clock: microseconds since 2000-01-01 00:00 UTC. */
  readonly clientTime: bigint;
  readonly xmin: number;
  readonly xminEpoch: number;
  readonly catalogXmin: number;
  readonly catalogXminEpoch: number;
}

/** What a server sends inside CopyData once START_REPLICATION has been answered by CopyBothResponse. */
export type ReplicationMessage = XLogData | PrimaryKeepalive;

/** What a standby sends inside CopyData. */
export type StandbyMessage = StandbyStatusUpdate | HotStandbyFeedback;

const xLogDataByte = 0x77; // w
const keepaliveByte = 0x6b; // k
const statusByte = 0x72; // r
const feedbackByte = 0x68; // h

/**
 * Reads a server's replication message out of the body of a CopyData.
 *
 * @throws RemoteProtocolError when it is neither XLogData nor a keepalive, or is not laid out as the manual says
 * ("Streaming Replication Protocol").
 * @example
 * ```ts
 * const message = decodeReplicationMessage(frame);
 * if (message.type === 'PrimaryKeepalive' && message.replyRequested) answer();
 * ```
 */
export function decodeReplicationMessage(body: Body): ReplicationMessage {
  const reader = readBackend(body, 'CopyData');
  const kind = reader.byte();
  const message = readReplicationMessage(reader, kind);
  reader.finish();
  return message;
}

function readReplicationMessage(reader: BodyReader, kind: number): ReplicationMessage {
  switch (kind) {
    case xLogDataByte:
      return {
        type: 'XLogData',
        start: reader.uint64(),
        end: reader.uint64(),
        serverTime: reader.int64(),
        data: reader.rest(),
      };
    case keepaliveByte:
      return {
        type: 'PrimaryKeepalive',
        end: reader.uint64(),
        serverTime: reader.int64(),
        replyRequested: readFlag(reader),
      };
    default:
      return reader.invalid(`unrecognized replication message type ${kind}`);
  }
}

/**
 * Reads a standby's message out of the body of a CopyData.
 *
 * @throws RemoteProtocolError when it is neither a status update nor hot standby feedback.
 * @example
 * ```ts
 * const message = decodeStandbyMessage(frame);
 * ```
 */
export function decodeStandbyMessage(body: Body): StandbyMessage {
  const reader = readBackend(body, 'CopyData');
  const kind = reader.byte();
  const message = readStandbyMessage(reader, kind);
  reader.finish();
  return message;
}

function readStandbyMessage(reader: BodyReader, kind: number): StandbyMessage {
  switch (kind) {
    case statusByte:
      return {
        type: 'StandbyStatusUpdate',
        written: reader.uint64(),
        flushed: reader.uint64(),
        applied: reader.uint64(),
        clientTime: reader.int64(),
        replyRequested: readFlag(reader),
      };
    case feedbackByte:
      return {
        type: 'HotStandbyFeedback',
        clientTime: reader.int64(),
        xmin: reader.uint32(),
        xminEpoch: reader.uint32(),
        catalogXmin: reader.uint32(),
        catalogXminEpoch: reader.uint32(),
      };
    default:
      return reader.invalid(`unexpected message type "${String.fromCharCode(kind)}"`);
  }
}

function readFlag(reader: BodyReader): boolean {
  return reader.byte() !== 0;
}

/**
 * Writes a CopyData that carries a standby's message.
 *
 * @throws LocalProtocolError for a number beyond its 32 or 64 bits.
 * @example
 * ```ts
 * const position = { written: end, flushed: end, applied: end };
 * encodeStandbyStatusUpdate(writer, { ...position, clientTime, replyRequested: false });
 * ```
 */
export function encodeStandbyStatusUpdate(writer: Writer, message: Fields<StandbyStatusUpdate>): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.byte(statusByte);
  writer.uint64(message.written);
  writer.uint64(message.flushed);
  writer.uint64(message.applied);
  writer.int64(message.clientTime);
  writer.byte(message.replyRequested ? 1 : 0);
  writer.end();
}

/**
 * Writes a CopyData that carries hot standby feedback; throws LocalProtocolError for a number beyond its bits.
 *
 * @example
 * ```ts
 * const nothing = { xmin: 0, xminEpoch: 0, catalogXmin: 0, catalogXminEpoch: 0 };
 * encodeHotStandbyFeedback(writer, { ...nothing, clientTime });
 * ```
 */
export function encodeHotStandbyFeedback(writer: Writer, message: Fields<HotStandbyFeedback>): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.byte(feedbackByte);
  writer.int64(message.clientTime);
  writer.uint32(message.xmin);
  writer.uint32(message.xminEpoch);
  writer.uint32(message.catalogXmin);
  writer.uint32(message.catalogXminEpoch);
  writer.end();
}

/**
 * Writes a CopyData that carries a piece of the log.
 *
 * @throws LocalProtocolError for a number beyond its 64 bits or a message too long.
 * @example
 * ```ts
 * encodeXLogData(writer, { start: 0x16b3748n, end: 0x16b3800n, serverTime, data });
 * ```
 */
export function encodeXLogData(writer: Writer, message: Fields<XLogData>): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.byte(xLogDataByte);
  writer.uint64(message.start);
  writer.uint64(message.end);
  writer.int64(message.serverTime);
  writer.bytes(message.data);
  writer.end();
}

/**
 * Writes a CopyData that carries a keepalive.
 *
 * @throws LocalProtocolError for a number beyond its 64 bits.
 * @example
 * ```ts
 * encodePrimaryKeepalive(writer, { end: 0x16b3800n, serverTime, replyRequested: true });
 * ```
 */
export function encodePrimaryKeepalive(writer: Writer, message: Fields<PrimaryKeepalive>): void {
  writer.begin(FrontendTag.CopyData, 'CopyData');
  writer.byte(keepaliveByte);
  writer.uint64(message.end);
  writer.int64(message.serverTime);
  writer.byte(message.replyRequested ? 1 : 0);
  writer.end();
}
