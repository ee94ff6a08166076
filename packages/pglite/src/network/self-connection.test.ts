import { networkInterfaces } from 'node:os';
import { isDblinkError } from '@pg-dblink/session';
import { expect, it } from 'vitest';
import type { SelfAddress } from '../bridge/control.ts';
import { refuseSelf } from './self-connection.ts';

const PORT = 6543;
const tcp = (host: string): SelfAddress => ({ kind: 'tcp', host, port: PORT });

function isRefused(address: string, port: number, own: SelfAddress): boolean {
  try {
    refuseSelf({ kind: 'tcp', host: 'some.name', address, port }, [own]);
    return false;
  } catch (error) {
    return isDblinkError(error) && error.sqlState === '08001';
  }
}

it.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.2', '0.0.0.0'],
  ['::1', '::'],
  ['::1', 'localhost'],
  ['::ffff:127.0.0.1', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['fe80::1%eth0', 'fe80::1'],
  ['10.1.2.3', '10.1.2.3'],
])('%s leads to a listener on %s', (address, host) => {
  expect(isRefused(address, PORT, tcp(host))).toBe(true);
  expect(isRefused(address, PORT + 1, tcp(host))).toBe(false);
});

it.each([
  ['192.0.2.1', '127.0.0.1'],
  ['192.0.2.1', '0.0.0.0'],
  ['127.0.0.1', '192.0.2.1'],
])('%s does not lead to a listener on %s', (address, host) => {
  expect(isRefused(address, PORT, tcp(host))).toBe(false);
});

it('every own address leads to a listener on all of them', () => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  expect(own.length).toBeGreaterThan(0);
  for (const { address } of own) expect(isRefused(address, PORT, tcp('0.0.0.0'))).toBe(true);
});

it('a unix socket leads to itself only', () => {
  const own: SelfAddress = { kind: 'unix', path: '/nowhere/.s.PGSQL.5432' };
  expect(() => refuseSelf({ kind: 'unix', path: '/nowhere/.s.PGSQL.5432' }, [own])).toThrow('could not establish');
  expect(() => refuseSelf({ kind: 'unix', path: '/nowhere/.s.PGSQL.5433' }, [own])).not.toThrow();
  expect(() => refuseSelf({ kind: 'unix', path: '/nowhere/.s.PGSQL.5432' }, [tcp('0.0.0.0')])).not.toThrow();
});
