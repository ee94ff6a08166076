import { realpathSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { Peer } from '@pg-dblink/client';
import { DblinkError } from '@pg-dblink/session';
import type { SelfAddress } from '../bridge/control.ts';

/**
 * Refuses a connection from the embedded database to itself: its one thread would wait for an answer that only it can
 * give.
 *
 * @throws DblinkError 08001
 */
export function refuseSelf(peer: Peer, addresses: readonly SelfAddress[]): void {
  if (!addresses.some((address) => leadsTo(peer, address))) return;
  const where = peer.kind === 'unix' ? `"${peer.path}"` : `${peer.address}, port ${peer.port}`;
  throw new DblinkError({
    sqlState: '08001',
    message: 'could not establish connection',
    detail: `The embedded database itself listens at ${where}: the connection would wait for itself for ever.`,
    hint: 'Read local tables without dblink.',
  });
}

function leadsTo(peer: Peer, address: SelfAddress): boolean {
  if (peer.kind === 'unix') return address.kind === 'unix' && sameFile(peer.path, address.path);
  if (address.kind !== 'tcp' || address.port !== peer.port) return false;
  const bound = normalize(address.host);
  const named = normalize(peer.address);
  // Connecting to the unspecified address reaches this machine's loopback.
  const target = named === 'any' ? 'localhost' : named;
  return bound === 'any' ? isLocal(target) : bound === target || (isLoopback(bound) && isLoopback(target));
}

/** The two loopback addresses count as one: a host that binds a name may have bound either. */
function isLoopback(address: string): boolean {
  return address === '::1' || address === 'localhost' || address.startsWith('127.');
}

function isLocal(address: string): boolean {
  if (isLoopback(address)) return true;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some((one) => normalize(one.address) === address);
}

function normalize(address: string): string {
  const plain = address
    .toLowerCase()
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/, '');
  return plain === '0.0.0.0' || plain === '::' || plain === '' ? 'any' : plain;
}

function sameFile(first: string, second: string): boolean {
  return resolved(first) === resolved(second);
}

function resolved(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
