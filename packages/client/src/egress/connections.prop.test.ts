import { BlockList, isIPv4 } from 'node:net';
import { readConninfo, resolveConninfo } from '@pg-dblink/connstring';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectResolved } from '../connect.ts';
import { isConnectError } from '../errors.ts';
import { OsError, type Peer, type TransportProvider } from '../transport.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const NETWORKS = ['10.0.0.0/8', '10.9.0.0/16', '127.0.0.0/8', '169.254.0.0/16', '2001:db8::/32', '::1/128'] as const;
const ADDRESSES = [
  '10.1.2.3',
  '10.9.8.7',
  '127.0.0.1',
  '169.254.169.254',
  '192.0.2.1',
  '::1',
  '2001:db8::7',
  '2001:db9::7',
  '::ffff:10.9.8.7',
  '::ffff:169.254.169.254',
] as const;
const PORTS = [5432, 5433, 6432] as const;

/** Hosts of a connection string: names, whose addresses a resolver makes up, and addresses with or without a name. */
const host = fc.record({
  name: fc.constantFrom('db.example', 'evil.example', ''),
  hostaddr: fc.option(fc.constantFrom(...ADDRESSES)),
  port: fc.constantFrom(...PORTS),
});
const some = <T>(values: readonly T[]): fc.Arbitrary<T[]> => fc.subarray([...values]);

test('whatever hosts, names and addresses there are: what is opened is what is allowed, and all of it', async () => {
  const scene = fc.record({
    hosts: fc.array(host, { minLength: 1, maxLength: 4 }),
    answers: fc.record({ 'db.example': some(ADDRESSES), 'evil.example': some(ADDRESSES) }),
    names: some(['db.example']),
    networks: some(NETWORKS),
    refused: some(NETWORKS),
    ports: some(PORTS),
  });
  await fc.assert(
    fc.asyncProperty(scene, async ({ hosts, answers, names, networks, refused, ports }) => {
      const addresses = (name: string): readonly string[] =>
        name === 'db.example' || name === 'evil.example' ? answers[name] : [];
      const opened: string[] = [];
      const transports: TransportProvider = {
        resolve: async (name) => addresses(name),
        open: async (peer: Peer) => {
          opened.push(peer.kind === 'tcp' ? `${peer.address} ${peer.port}` : peer.path);
          throw new OsError('ECONNREFUSED', 'Connection refused');
        },
      };
      const conninfo = {
        host: hosts.map(({ name, hostaddr }) => (name === '' && hostaddr === null ? 'db.example' : name)).join(','),
        ...(hosts.some(({ hostaddr }) => hostaddr !== null)
          ? { hostaddr: hosts.map(({ hostaddr }) => hostaddr ?? '').join(',') }
          : {}),
        port: hosts.map(({ port }) => port).join(','),
        user: 'u',
        sslmode: 'disable',
      };
      const resolved = resolveConninfo(readConninfo(conninfo), {});
      const egress = { hosts: names, networks, ports, refusedNetworks: refused };
      const failed = await connectResolved(resolved, transports, { egress }).catch((error: unknown) => error);
      expect(isConnectError(failed)).toBe(true);

      const [allowedBy, refusedBy] = [blockList(networks), blockList(refused)];
      const expected = resolved.hosts.flatMap(({ kind, host: name, hostaddr, port }) => {
        const byName = kind === 'name' && names.includes('db.example') && name === 'db.example';
        return (kind === 'address' ? [hostaddr] : addresses(name))
          .filter((address) => contains(allowedBy, address) || byName)
          .filter((address) => !contains(refusedBy, address) && ports.some((allowed) => String(allowed) === port))
          .map((address) => `${address} ${port}`);
      });
      expect(opened).toEqual(expected);
    }),
    { numRuns },
  );
});

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length] = network.split('/');
    list.addSubnet(address, Number(length), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}
