import type { WireVersion } from '@pg-dblink/connstring';
import { decodeNegotiateProtocolVersion, PROTOCOL_3_0, RemoteProtocolError } from '@pg-dblink/protocol';
import type { StartupFrame } from './asks.ts';

const INVALID = 'received invalid protocol negotiation message';

/**
 * Judges a NegotiateProtocolVersion as pqGetNegotiateProtocolVersion3 of fe-protocol3.c does, and returns the protocol
 * version to go on with.
 *
 * @throws RemoteProtocolError with libpq's text.
 */
export function negotiateVersion(
  frame: StartupFrame,
  requested: number,
  negotiated: number | undefined,
  least: WireVersion,
): number {
  if (negotiated !== undefined) refuse('received duplicate protocol negotiation message');
  const { newestProtocolVersion: newest, unsupportedOptions } = decodeNegotiateProtocolVersion(frame);
  if (newest > requested) refuse(`${INVALID}: server requested downgrade to a higher-numbered version`);
  if (newest < PROTOCOL_3_0) refuse(`${INVALID}: server requested downgrade to pre-3.0 protocol version`);
  if (newest === PROTOCOL_3_0 + 1)
    refuse(`${INVALID}: server requested downgrade to non-existent 3.1 protocol version`);
  const [unsupported] = unsupportedOptions;
  if (newest === requested && unsupported === undefined) {
    refuse(`${INVALID}: server negotiated but asks for no changes`);
  }
  const minor = newest & 0xffff;
  if (minor < Number(least.slice(2))) {
    refuse(`server only supports protocol version 3.${minor}, but "min_protocol_version" was set to ${least}`);
  }
  if (unsupported !== undefined) {
    // We ask for no protocol options, so whatever is reported was never requested.
    refuse(
      unsupported.startsWith('_pq_.')
        ? `${INVALID}: server reported an unsupported parameter that was not requested ("${unsupported}")`
        : `${INVALID}: server reported unsupported parameter name without a "_pq_." prefix ("${unsupported}")`,
    );
  }
  return newest;
}

function refuse(message: string): never {
  throw new RemoteProtocolError('invalid-value', message, 'NegotiateProtocolVersion');
}
