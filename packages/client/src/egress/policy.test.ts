import { describe, expect, test } from 'vitest';
import { isEgressError, isUsageError } from '../errors.ts';
import type { Peer } from '../transport.ts';
import { type EgressPolicy, egressRules } from './policy.ts';

const by = (host: string, address: string, port = 5432): Peer => ({
  kind: 'tcp',
  host,
  address,
  port,
  resolvedFrom: host,
});
const hostaddr = (address: string, host = '', port = 5432): Peer => ({ kind: 'tcp', host, address, port });
const unix = (path: string): Peer => ({ kind: 'unix', path });

function verdict(policy: EgressPolicy, peer: Peer): 'allowed' | 'refused' {
  try {
    egressRules(policy).admitPeer(peer);
    return 'allowed';
  } catch (error) {
    if (isEgressError(error)) return 'refused';
    throw error;
  }
}

const DB: EgressPolicy = { hosts: ['db.example.com'] };

describe('hosts', () => {
  test.each([
    [DB, by('db.example.com', '203.0.113.1'), 'allowed'],
    [DB, by('DB.Example.COM.', '203.0.113.1'), 'allowed'],
    [DB, by('other.example.com', '203.0.113.1'), 'refused'],
    [DB, by('db.example.com.evil.example', '203.0.113.1'), 'refused'],
    [DB, by('evil-db.example.com', '203.0.113.1'), 'refused'],
    [DB, hostaddr('203.0.113.1', 'db.example.com'), 'refused'],
    [DB, hostaddr('203.0.113.1'), 'refused'],
    [DB, unix('/tmp/.s.PGSQL.5432'), 'refused'],
    [{ hosts: ['*.example.com'] }, by('a.b.example.com', '203.0.113.1'), 'allowed'],
    [{ hosts: ['*.example.com'] }, by('example.com', '203.0.113.1'), 'refused'],
    [{ hosts: ['*.example.com'] }, by('notexample.com', '203.0.113.1'), 'refused'],
    [{ hosts: ['*'] }, by('anything', '203.0.113.1'), 'allowed'],
    [{ hosts: ['*'] }, hostaddr('203.0.113.1', 'anything'), 'refused'],
    [{ hosts: ['203.0.113.1'] }, hostaddr('203.0.113.1'), 'allowed'],
    [{ hosts: ['203.0.113.1'] }, by('203.0.113.1', '203.0.113.1'), 'allowed'],
    [{ hosts: ['203.0.113.1'] }, by('203.0.113.1', '203.0.113.2'), 'refused'],
    // A proxy that resolves by itself.
    [DB, by('db.example.com', 'db.example.com'), 'allowed'],
    [{ ...DB, refusedNetworks: ['loopback'] }, by('db.example.com', 'db.example.com'), 'refused'],
    [{ networks: ['any'] }, by('db.example.com', 'db.example.com'), 'refused'],
  ] as const)('%j and %j: %s', (policy, peer, expected) => {
    expect(verdict(policy, peer)).toBe(expected);
  });
});

describe('networks', () => {
  test.each([
    [['10.0.0.0/8'], '10.255.0.1', 'allowed'],
    [['10.0.0.0/8'], '11.0.0.1', 'refused'],
    [['10.0.0.0/8'], '::ffff:10.1.2.3', 'allowed'],
    [['10.0.0.0/8'], '::ffff:a01:203', 'allowed'],
    [['::ffff:10.0.0.0/104'], '10.1.2.3', 'allowed'],
    [['10.0.0.0/8'], '64:ff9b::10.1.2.3', 'refused'],
    [['2001:db8::/32'], '2001:db8:ffff::1', 'allowed'],
    [['2001:db8::/32'], '2001:db9::1', 'refused'],
    [['::/0'], '127.0.0.1', 'refused'],
    [['0.0.0.0/0'], '::1', 'refused'],
    [['any'], '::1', 'allowed'],
    [['loopback'], '127.9.9.9', 'allowed'],
    [['loopback'], '0.0.0.0', 'allowed'],
    [['private'], '172.31.255.255', 'allowed'],
    [['private'], '172.32.0.0', 'refused'],
    [['link-local'], 'fe80::1%eth0', 'allowed'],
    [['any'], 'localhost', 'refused'],
    [['any'], '127.1', 'refused'],
    [['any'], '0177.0.0.1', 'refused'],
    [[], '127.0.0.1', 'refused'],
  ] as const)('%j and %s: %s', (networks, address, expected) => {
    expect(verdict({ networks }, hostaddr(address))).toBe(expected);
  });

  test.each([
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
  ])('a refused network stays refused whatever allows it: %s', (address) => {
    const policy: EgressPolicy = { hosts: ['*'], networks: ['any'], refusedNetworks: ['169.254.0.0/16'] };
    expect(verdict(policy, hostaddr(address))).toBe('refused');
    expect(verdict(policy, by('innocent.example', address))).toBe('refused');
    expect(verdict(policy, hostaddr('169.253.0.1'))).toBe('allowed');
  });

  test.each(['0.0.0.0', '::', '::ffff:0.0.0.0', '::ffff:127.0.0.1'])('this machine by another name: %s', (address) => {
    expect(verdict({ networks: ['any'], refusedNetworks: ['loopback'] }, hostaddr(address))).toBe('refused');
  });
});

test('ports', () => {
  const policy: EgressPolicy = { networks: ['any'], ports: [5432, '6000-6002'] };
  const allowed = [5431, 5432, 5433, 5999, 6000, 6002, 6003].filter(
    (port) => verdict(policy, hostaddr('10.0.0.1', '', port)) === 'allowed',
  );
  expect(allowed).toEqual([5432, 6000, 6002]);
  expect(verdict({ networks: ['any'], ports: [] }, hostaddr('10.0.0.1'))).toBe('refused');
});

describe('sockets', () => {
  test.each([
    ['/run/pg', '/run/pg/.s.PGSQL.5432', 'allowed'],
    ['/run/pg/', '/run//pg/.s.PGSQL.5432', 'allowed'],
    ['/run/pg/.s.PGSQL.5432', '/run/pg/.s.PGSQL.5432', 'allowed'],
    ['/run/pg/.s.PGSQL.5432', '/run/pg/.s.PGSQL.5433', 'refused'],
    ['/run/pg', '/run/pg/deeper/.s.PGSQL.5432', 'refused'],
    ['/run/pg', '/run/pg/../evil/.s.PGSQL.5432', 'refused'],
    ['/run/pg', '/run/pg/../.s.PGSQL.5432', 'refused'],
    ['/run/pg', '/run/pgx/.s.PGSQL.5432', 'refused'],
    ['/run/pg', '@/run/pg/.s.PGSQL.5432', 'refused'],
    ['/', '@x', 'refused'],
    ['/', '/.s.PGSQL.5432', 'allowed'],
    ['@pg', '@pg/.s.PGSQL.5432', 'allowed'],
    ['@pg', '/pg/.s.PGSQL.5432', 'refused'],
    ['@pg', '@pg2/.s.PGSQL.5432', 'refused'],
    ['@pg', '@pg//.s.PGSQL.5432', 'refused'],
  ] as const)('%s and %s: %s', (socket, path, expected) => {
    expect(verdict({ sockets: [socket] }, unix(path))).toBe(expected);
  });
});

test('a name is asked about only where it can be allowed', () => {
  const asked = (policy: EgressPolicy, host: string): boolean => {
    try {
      egressRules(policy).admitName(host);
      return true;
    } catch (error) {
      if (isEgressError(error)) return false;
      throw error;
    }
  };
  expect(asked(DB, 'db.example.com')).toBe(true);
  expect(asked(DB, 'secret.evil.example')).toBe(false);
  expect(asked({ sockets: ['/run/pg'] }, 'localhost')).toBe(false);
  expect(asked({ networks: ['10.0.0.0/8'] }, 'intranet')).toBe(true);
});

test.each([
  { hosts: ['db.example.com:5432'] },
  { hosts: ['a,b'] },
  { hosts: ['a.*.example'] },
  { hosts: ['10.0.0.0/8'] },
  { hosts: [''] },
  { networks: ['10.0.0.1/8'] },
  { networks: ['10.0.0.0/33'] },
  { networks: ['db.example.com'] },
  { networks: [''] },
  { refusedNetworks: ['metadata'] },
  { ports: ['x'] },
  { ports: [0] },
  { ports: ['2-1'] },
  { ports: [65_536] },
  { sockets: ['run/pg'] },
  { sockets: ['@'] },
  { refusedNetwork: ['loopback'] } as EgressPolicy,
])('a policy that cannot be understood is an error, not a policy: %j', (policy) => {
  let caught: unknown;
  try {
    egressRules(policy);
  } catch (error) {
    caught = error;
  }
  expect(isUsageError(caught)).toBe(true);
});
