import { MAX_MESSAGE_LENGTH, MAX_SMALL_MESSAGE_LENGTH } from './bytes/writer.ts';
import { BackendTag, FrontendTag } from './tags.ts';

/**
 * The least and the greatest length field for each type byte. A type byte that is not legal has a least length that no
 * message reaches, so that one comparison answers both questions.
 */
export interface FrameLimits {
  readonly least: Int32Array;
  readonly greatest: Int32Array;
  /** Whose messages these are, and when; it chooses the wording of errors. */
  readonly sender: 'backend-startup' | 'backend' | 'frontend';
}

/** What {@link backendLimits} lets the caller choose; lengths are the length field's, in bytes. */
export interface BackendLimitOptions {
  /** For DataRow, CopyData, FunctionCallResponse, ErrorResponse and NoticeResponse; 1 GiB − 2, the server's own limit. */
  readonly maxMessageLength?: number;
  /** For the descriptive messages: RowDescription, ParameterStatus, CommandComplete and the like; 1 MiB. */
  readonly maxDescriptionLength?: number;
}

type Range = readonly [least: number, greatest: number];

const illegal = 0x7fffffff;

function table(sender: FrameLimits['sender'], ranges: Readonly<Record<number, Range>>): FrameLimits {
  const least = new Int32Array(256).fill(illegal);
  const greatest = new Int32Array(256);
  for (const [tag, range] of Object.entries(ranges)) {
    [least[Number(tag)], greatest[Number(tag)]] = range;
  }
  return { least, greatest, sender };
}

const empty: Range = [4, 4];
const authentication: Range = [8, 8192];
const negotiation: Range = [12, 8192];
// A wrong length of the key gets libpq's own words from the decoder.
const keyData: Range = [8, 8192];

/**
 * The limits for what a server may send before AuthenticationOk: small messages, and few kinds of them.
 *
 * @example
 * ```ts
 * const reader = new FrameReader(backendStartupLimits());
 * ```
 */
export function backendStartupLimits(): FrameLimits {
  return table('backend-startup', {
    [BackendTag.Authentication]: authentication,
    [BackendTag.NegotiateProtocolVersion]: negotiation,
    [BackendTag.ErrorResponse]: [8, 30_000],
  });
}

/**
 * The limits for what a server may send once the client is authenticated, and for whoever reads a recorded dialogue.
 *
 * @example
 * ```ts
 * reader.limits = backendLimits({ maxMessageLength: 16 * 1024 * 1024 });
 * ```
 */
export function backendLimits(options: BackendLimitOptions = {}): FrameLimits {
  const large = options.maxMessageLength ?? MAX_MESSAGE_LENGTH;
  const description = options.maxDescriptionLength ?? 1024 * 1024;
  const copyResponse: Range = [7, description];
  return table('backend', {
    [BackendTag.Authentication]: authentication,
    [BackendTag.NegotiateProtocolVersion]: negotiation,
    [BackendTag.BackendKeyData]: keyData,
    [BackendTag.ParameterStatus]: [6, description],
    [BackendTag.ReadyForQuery]: [5, 5],
    [BackendTag.RowDescription]: [6, description],
    [BackendTag.DataRow]: [6, large],
    [BackendTag.CommandComplete]: [5, description],
    [BackendTag.EmptyQueryResponse]: empty,
    [BackendTag.ErrorResponse]: [5, large],
    [BackendTag.NoticeResponse]: [5, large],
    [BackendTag.NotificationResponse]: [10, description],
    [BackendTag.ParseComplete]: empty,
    [BackendTag.BindComplete]: empty,
    [BackendTag.CloseComplete]: empty,
    [BackendTag.NoData]: empty,
    [BackendTag.PortalSuspended]: empty,
    [BackendTag.ParameterDescription]: [6, Math.min(description, 6 + 4 * 0xffff)],
    [BackendTag.CopyInResponse]: copyResponse,
    [BackendTag.CopyOutResponse]: copyResponse,
    [BackendTag.CopyBothResponse]: copyResponse,
    [BackendTag.CopyData]: [4, large],
    [BackendTag.CopyDone]: empty,
    [BackendTag.FunctionCallResponse]: [8, large],
  });
}

/**
 * The greatest length field of a startup packet: MAX_STARTUP_PACKET_LENGTH and the field itself.
 *
 * @example
 * ```ts
 * writer.beginUntyped('StartupMessage', MAX_STARTUP_PACKET_LENGTH);
 * ```
 */
export const MAX_STARTUP_PACKET_LENGTH = 10_004;

/**
 * The limits that a PostgreSQL server applies to what a client sends; `maxMessageLength` lowers the one for Query,
 * Parse, Bind, FunctionCall and CopyData.
 *
 * @example
 * ```ts
 * const reader = new FrameReader(frontendLimits(), 'untyped');
 * ```
 */
export function frontendLimits(options: { readonly maxMessageLength?: number } = {}): FrameLimits {
  const large = options.maxMessageLength ?? MAX_MESSAGE_LENGTH;
  const small = MAX_SMALL_MESSAGE_LENGTH;
  return table('frontend', {
    [FrontendTag.Authentication]: [4, 65_535],
    [FrontendTag.Query]: [5, large],
    [FrontendTag.Parse]: [8, large],
    [FrontendTag.Bind]: [12, large],
    [FrontendTag.Describe]: [6, small],
    [FrontendTag.Execute]: [9, small],
    [FrontendTag.Close]: [6, small],
    [FrontendTag.Sync]: empty,
    [FrontendTag.Flush]: empty,
    [FrontendTag.FunctionCall]: [14, large],
    [FrontendTag.CopyData]: [4, large],
    [FrontendTag.CopyDone]: empty,
    [FrontendTag.CopyFail]: [5, small],
    [FrontendTag.Terminate]: empty,
  });
}
