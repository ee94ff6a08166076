import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { TypeRegistry } from './registry.ts';

interface Golden {
  /** What PostgreSQL 18.4 was asked, with DateStyle ISO and TimeZone UTC. */
  readonly sql: string;
  /** Null for types of a user's own. */
  readonly oid: number | null;
  readonly text: string;
  /** Hexadecimal. */
  readonly binary: string;
}

const golden = JSON.parse(
  readFileSync(new URL('../../test/golden/type-values.json', import.meta.url), 'utf8'),
) as readonly Golden[];
const types = new TypeRegistry();

/** Types whose text and binary form say different things: a name or an OID, a worth or a number of units. */
const DIFFERENT = new Set([790, 2205, 4089, 2249]);
/** Types that are sent as text only. */
const TEXT_PARAMETERS = new Set([3614, 3615, 2249]);

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Decodes in the middle of other bytes, which must not matter. */
function decodeFrom(decode: (bytes: Uint8Array, start: number, end: number) => unknown, value: Uint8Array): unknown {
  const padded = new Uint8Array(value.length + 7).fill(0x31);
  padded.set(value, 3);
  return decode(padded, 3, 3 + value.length);
}

describe('values as a server sends them', () => {
  const builtIn = golden.filter(({ oid }) => oid !== null);

  test('most of the core types are there', () => {
    expect(builtIn.length).toBeGreaterThan(120);
  });

  for (const { binary, oid, sql, text } of builtIn) {
    const codec = types.find(oid ?? 0);
    test(`${sql} (${codec?.name})`, () => {
      if (codec === undefined) throw new Error(`no codec for type ${oid}`);
      const fromText = decodeFrom(codec.decodeText, new TextEncoder().encode(text));
      const fromBinary = decodeFrom(codec.decodeBinary, Buffer.from(binary, 'hex'));
      if (!DIFFERENT.has(codec.oid)) expect(fromBinary).toStrictEqual(fromText);
      if (TEXT_PARAMETERS.has(codec.oid)) return;
      // JSON text is not kept as it was written, only what it means.
      if (codec.name !== 'json' && codec.name !== 'jsonb') expect(hex(codec.encodeBinary(fromBinary))).toBe(binary);
      const again = new TextEncoder().encode(
        typeof fromText === 'string' && !codec.name.startsWith('json') ? fromText : codec.encodeText(fromText),
      );
      expect(codec.decodeText(again, 0, again.length)).toStrictEqual(fromText);
    });
  }
});
