import { EgressError, UsageError } from '../errors.ts';
import type { Peer } from '../transport.ts';
import {
  carriedIpv4,
  type IpAddress,
  type IpNetwork,
  isWithin,
  meantAddress,
  parseIpAddress,
  parseIpNetwork,
} from './ip-address.ts';
import { type PortRange, parsePortRange } from './ports.ts';
import { type SocketRule, socketRule } from './sockets.ts';

/**
 * Where connections may go. What no list allows is refused: an empty policy refuses everything.
 *
 * A TCP peer needs its host or its address to be allowed, its port too, and no refused network that holds its address.
 * It is judged by the very address that is connected to next, also for a cancel request: neither `hostaddr` nor a name
 * that resolves to something else the second time, nor a service file gets round it.
 *
 * @example
 * ```ts
 * const policy: EgressPolicy = { hosts: ['db.example.com'], networks: ['10.0.0.0/8'], ports: [5432, '6432-6439'] };
 * ```
 */
export interface EgressPolicy {
  /**
   * Names that may be resolved and connected to: `db.example.com`, `*.example.com` for every name below, `*`. A name
   * beside a `hostaddr` does not count, for nobody resolves it. A numeric address stands for that address.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Addresses and networks in CIDR notation, or `loopback`, `private`, `link-local`, `any`. */
  readonly networks?: readonly string[] | undefined;
  /** TCP ports, as numbers or `low-high`; every port unless given. */
  readonly ports?: readonly (number | string)[] | undefined;
  /** Unix-domain sockets: a directory whose sockets are allowed, or one socket; abstract ones begin with `@`. */
  readonly sockets?: readonly string[] | undefined;
  /** Networks that stay refused whatever else allows them, also behind NAT64, 6to4 and IPv4-mapped addresses. */
  readonly refusedNetworks?: readonly string[] | undefined;
}

/** A policy, read and ready to judge. */
export interface EgressRules {
  /** @throws EgressError when the name cannot be allowed whatever it resolves to: nobody is asked about it then. */
  admitName(host: string): void;
  /** @throws EgressError when the peer is not allowed. */
  admitPeer(peer: Peer): void;
}

/** Sets of networks by name (RFC 6890). */
const NAMED_NETWORKS: Readonly<Record<string, readonly string[]>> = {
  any: ['0.0.0.0/0', '::/0'],
  loopback: ['127.0.0.0/8', '::1'],
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
  'link-local': ['169.254.0.0/16', 'fe80::/10'],
};

const LISTS: ReadonlySet<string> = new Set<keyof EgressPolicy>([
  'hosts',
  'networks',
  'ports',
  'sockets',
  'refusedNetworks',
]);

/**
 * Reads a policy.
 *
 * @throws UsageError for a list that does not exist, or an entry that cannot be understood.
 * @example
 * ```ts
 * egressRules({ networks: ['loopback'] }).admitPeer({ kind: 'tcp', host: '', address: '::1', port: 5432 });
 * ```
 */
export function egressRules(policy: EgressPolicy): EgressRules {
  for (const list of Object.keys(policy)) {
    if (!LISTS.has(list)) throw new UsageError(`an egress policy has no list "${list}"`);
  }
  const hosts = (policy.hosts ?? []).map(readHost);
  const names = hosts.flatMap((rule) => (typeof rule === 'string' ? [rule] : []));
  const networks = [
    ...hosts.flatMap((rule) => (typeof rule === 'string' ? [] : [rule])),
    ...(policy.networks ?? []).flatMap(readNetworks),
  ];
  const refused = (policy.refusedNetworks ?? []).flatMap(readNetworks);
  const ports = policy.ports?.map(readPorts);
  const sockets = (policy.sockets ?? []).map(readSocket);

  const allowsTcp = (peer: Peer & { readonly kind: 'tcp' }): boolean => {
    if (ports?.some((range) => peer.port >= range.low && peer.port <= range.high) === false) return false;
    const byName = peer.resolvedFrom !== undefined && allowsName(names, peer.resolvedFrom);
    const address = parseIpAddress(peer.address);
    // What a proxy resolves shows no address: then the name alone decides, unless addresses are refused.
    if (address === undefined) return byName && refused.length === 0;
    return !isRefused(meantAddress(address), refused) && (byName || isInAny(meantAddress(address), networks));
  };

  return {
    admitName: (host) => {
      if (networks.length > 0 || allowsName(names, host)) return;
      throw new EgressError();
    },
    admitPeer: (peer) => {
      if (peer.kind === 'unix' ? sockets.some((allows) => allows(peer.path)) : allowsTcp(peer)) return;
      throw new EgressError();
    },
  };
}

function isInAny(address: IpAddress, networks: readonly IpNetwork[]): boolean {
  return networks.some((network) => isWithin(address, network));
}

function isRefused(address: IpAddress, refused: readonly IpNetwork[]): boolean {
  const carried = carriedIpv4(address);
  return isInAny(address, refused) || (carried !== undefined && isInAny(meantAddress(carried), refused));
}

function allowsName(rules: readonly string[], host: string): boolean {
  const name = plainName(host);
  return rules.some((rule) => rule === '*' || rule === name || (rule.startsWith('*.') && name.endsWith(rule.slice(1))));
}

/** Names are compared without regard to case, and a final dot says only that they are complete (RFC 1035). */
function plainName(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function readHost(entry: string): string | IpNetwork {
  const address = parseIpNetwork(entry);
  if (address !== undefined && !entry.includes('/')) return address;
  const name = plainName(entry);
  if (/^(?:\*|(?:\*\.)?[^\s*:/@,.]+(?:\.[^\s*:/@,.]+)*)$/.test(name)) return name;
  throw new UsageError(`"${entry}" is no host name for an egress policy`);
}

function readNetworks(entry: string): readonly IpNetwork[] {
  return (NAMED_NETWORKS[entry] ?? [entry]).map((text) => {
    const network = parseIpNetwork(text);
    if (network !== undefined) return network;
    throw new UsageError(`"${entry}" is no network for an egress policy: it takes an address, or CIDR notation`);
  });
}

function readPorts(entry: number | string): PortRange {
  const range = parsePortRange(String(entry));
  if (range !== undefined) return range;
  throw new UsageError(`"${entry}" is no port for an egress policy: it takes a number, or low-high`);
}

function readSocket(entry: string): SocketRule {
  const rule = socketRule(entry);
  if (rule !== undefined) return rule;
  throw new UsageError(`"${entry}" is no socket for an egress policy: it takes an absolute path, or @ and a name`);
}
