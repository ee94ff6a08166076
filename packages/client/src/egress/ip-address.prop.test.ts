import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWithin, meantAddress, parseIpAddress, parseIpNetwork } from './ip-address.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6();
const almost = fc.string({ unit: fc.constantFrom(...'0123456789abfF:.%/'), maxLength: 24 });

test('what is an address is what Node takes for one', () => {
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6, almost), (text) => {
      expect(parseIpAddress(text)?.version ?? 0).toBe(isIP(text));
    }),
    { numRuns },
  );
});

test('what lies in a network is what the system says', () => {
  const family = fc.constantFrom('ipv4' as const, 'ipv6' as const);
  fc.assert(
    fc.property(family, fc.nat(2 ** 31), fc.nat(128), fc.nat(130), (kind, seed, length, flipped) => {
      const width = kind === 'ipv4' ? 32 : 128;
      const prefixLength = length % (width + 1);
      const rest = BigInt(width - prefixLength);
      const bits =
        ((BigInt(seed) * 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835n) % (1n << BigInt(width))) |
        (1n << (120n % BigInt(width)));
      const base = (bits >> rest) << rest;
      const address = flipped < width ? bits ^ (1n << BigInt(flipped)) : bits;
      const [networkText, addressText] = [textOf(kind, base), textOf(kind, address)];
      const oracle = new BlockList();
      oracle.addSubnet(networkText, prefixLength, kind);
      const network = parseIpNetwork(`${networkText}/${prefixLength}`);
      const parsed = parseIpAddress(addressText);
      if (network === undefined || parsed === undefined) throw new Error(`${networkText}, ${addressText}`);
      // An IPv4-mapped network is an IPv4 network here, and such an address an IPv4 address.
      fc.pre(network.version === parsed.version);
      expect(isWithin(parsed, network)).toBe(oracle.check(addressText, kind));
    }),
    { numRuns },
  );
});

test('an IPv4 address in any IPv6 spelling is that address', () => {
  fc.assert(
    fc.property(
      ipv4.filter((text) => text !== '0.0.0.0'),
      fc.constantFrom('::ffff:', '::FFFF:', '0:0:0:0:0:ffff:', '0::ffff:'),
      fc.constantFrom('dotted', 'words'),
      (text, prefix, spelling) => {
        const plain = parseIpAddress(text);
        if (plain === undefined) throw new Error(text);
        const words = `${(plain.bits >> 16n).toString(16)}:${(plain.bits & 0xffffn).toString(16)}`;
        const mapped = parseIpAddress(prefix + (spelling === 'dotted' ? text : words));
        expect(mapped && meantAddress(mapped)).toEqual(plain);
      },
    ),
    { numRuns },
  );
});

function textOf(kind: 'ipv4' | 'ipv6', bits: bigint): string {
  if (kind === 'ipv4') return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  return Array.from({ length: 8 }, (_, at) => ((bits >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(':');
}
