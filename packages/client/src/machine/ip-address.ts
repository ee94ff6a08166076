import { parseIpAddress } from '../egress/ip-address.ts';

/**
 * Whether a text is a numeric IPv4 or IPv6 address (the latter with or without a zone), as `hostaddr` must be: nothing
 * that a resolver would have to be asked for.
 */
export function isIpAddress(text: string): boolean {
  return parseIpAddress(text) !== undefined;
}
