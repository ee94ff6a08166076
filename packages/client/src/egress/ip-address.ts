/** An address as a number: 32 or 128 bits, the first one written the highest. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly bits: bigint;
}

/** A block of addresses that agree in their first bits (RFC 4632). */
export interface IpNetwork {
  readonly version: 4 | 6;
  readonly bits: bigint;
  /** How many bits agree. */
  readonly prefixLength: number;
}

const MAPPED_PREFIX = 0xffffn;
/** 64:ff9b::/96, by which a NAT64 gateway reaches IPv4 (RFC 6052). */
const NAT64_PREFIX = 0x0064_ff9b_0000_0000_0000_0000n;
const SIX_TO_FOUR = 0x2002n;
const LOOPBACK_4 = 0x7f00_0001n;

/** Number of bits of an address. */
export function widthOf({ version }: { readonly version: 4 | 6 }): 32 | 128 {
  return version === 4 ? 32 : 128;
}

/** Reads a numeric address, an IPv6 one with or without a zone; undefined for anything else. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const bits = parseIpv4(text);
  if (bits !== undefined) return { version: 4, bits };
  const bits6 = parseIpv6(text.replace(/%[\da-zA-Z.:-]+$/, ''));
  return bits6 === undefined ? undefined : { version: 6, bits: bits6 };
}

/**
 * The address that is meant: an IPv4 address in IPv6 spelling is that IPv4 address, and the unspecified address, to
 * which a socket can be connected, is this machine.
 */
export function meantAddress(address: IpAddress): IpAddress {
  const plain: IpAddress =
    address.version === 6 && address.bits >> 32n === MAPPED_PREFIX
      ? { version: 4, bits: address.bits & 0xffff_ffffn }
      : address;
  if (plain.bits !== 0n) return plain;
  return { version: plain.version, bits: plain.version === 4 ? LOOPBACK_4 : 1n };
}

/** The IPv4 address that an IPv6 address leads to by a gateway: NAT64, 6to4, IPv4-compatible. */
export function carriedIpv4({ version, bits }: IpAddress): IpAddress | undefined {
  if (version === 4) return undefined;
  const high = bits >> 32n;
  if (high === NAT64_PREFIX || (high === 0n && bits > 1n)) return { version: 4, bits: bits & 0xffff_ffffn };
  if (bits >> 112n === SIX_TO_FOUR) return { version: 4, bits: (bits >> 80n) & 0xffff_ffffn };
  return undefined;
}

/** Reads a network in CIDR notation, or a single address; undefined when it is none, or has bits beyond its prefix. */
export function parseIpNetwork(text: string): IpNetwork | undefined {
  const [, addressText = '', lengthText] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(addressText);
  if (address === undefined) return undefined;
  const width = widthOf(address);
  const prefixLength = lengthText === undefined ? width : Number(lengthText);
  if (prefixLength > width) return undefined;
  if ((address.bits & ((1n << BigInt(width - prefixLength)) - 1n)) !== 0n) return undefined;
  const isMapped = address.version === 6 && address.bits >> 32n === MAPPED_PREFIX && prefixLength >= 96;
  return isMapped
    ? { version: 4, bits: address.bits & 0xffff_ffffn, prefixLength: prefixLength - 96 }
    : { ...address, prefixLength };
}

/** Whether the address lies in the network. */
export function isWithin(address: IpAddress, network: IpNetwork): boolean {
  if (address.version !== network.version) return false;
  const rest = BigInt(widthOf(address) - network.prefixLength);
  return address.bits >> rest === network.bits >> rest;
}

function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  // A leading zero means octal to some readers: such a spelling names no address here.
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)) {
    return undefined;
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

/** RFC 4291 section 2.2. */
function parseIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const isWhole = halves.length === 1;
  const [head, tail] = [wordsOf(halves[0] ?? '', isWhole), wordsOf(halves[1] ?? '', true)];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (isWhole ? missing !== 0 : missing < 1) return undefined;
  const words = [...head, ...Array.from({ length: missing }, () => 0), ...tail];
  return words.reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
}

/** The 16-bit words of one side of `::`; at the end of an address the last two may be written as an IPv4 address. */
function wordsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const words: number[] = [];
  const pieces = text.split(':');
  for (const [index, piece] of pieces.entries()) {
    const ipv4 = isEnd && index === pieces.length - 1 ? parseIpv4(piece) : undefined;
    if (ipv4 !== undefined) words.push(Number(ipv4 >> 16n), Number(ipv4 & 0xffffn));
    else if (/^[0-9a-f]{1,4}$/i.test(piece)) words.push(Number.parseInt(piece, 16));
    else return undefined;
  }
  return words;
}
