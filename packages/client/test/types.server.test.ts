import { readFileSync } from 'node:fs';
import { readDataRow } from '@pg-dblink/protocol';
import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, DISCARDING_SINK, type TypeCodec, TypeRegistry } from '../src/index.ts';
import { connect } from '../src/node.ts';

interface Golden {
  readonly sql: string;
  readonly oid: number | null;
}

const golden = JSON.parse(
  readFileSync(new URL('golden/type-values.json', import.meta.url), 'utf8'),
) as readonly Golden[];
const types = new TypeRegistry();
/** A worth or a number of units, a name or an OID, texts or typed values: both forms are right and not equal. */
const DIFFERENT = new Set([790, 2205, 4089, 2249]);
/** What cannot be a parameter in binary. */
const TEXT_PARAMETERS = new Set([3614, 3615]);

describe.each(availableVersions())('PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let connection: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    connection = await connect(cluster.conninfo({ options: '-c timezone=America/New_York' }));
  });

  afterAll(async () => {
    await connection.close();
    await cluster.stop();
  });

  async function single(sql: string, options: { readonly binary?: boolean } = {}): Promise<unknown> {
    const { rows } = await connection.execute(sql, [], { ...options, rows: 'array' });
    return rows[0]?.[0];
  }

  /** The value as the server reads it back from a parameter: text, or bytes in binary format. */
  async function echoed(codec: TypeCodec, parameter: string | Uint8Array): Promise<unknown> {
    const request = {
      kind: 'extended',
      sql: 'select $1',
      parameters: [parameter],
      parameterTypes: [codec.oid],
    } as const;
    const values: unknown[] = [];
    await connection.submit(request, {
      ...DISCARDING_SINK,
      dataRows(bytes, start, end) {
        const ranges = new Int32Array(2);
        readDataRow(bytes, start + 5, end, ranges);
        values.push(codec.decodeText(bytes, ranges[0] ?? 0, ranges[1] ?? 0));
      },
      errorResponse: (error) => values.push(error),
    });
    return values[0];
  }

  describe('a real server agrees on every value, in a time zone far from UTC', () => {
    const values = golden.filter(({ oid, sql }) => oid !== null && !/::(dom|comp|citext)\b/.test(sql));
    for (const { oid, sql } of values) {
      const codec = types.find(oid ?? 0);
      test(sql, async ({ skip }) => {
        if (version < 17 && /infinity'::interval/.test(sql)) skip('PostgreSQL 17 brought infinite intervals');
        if (codec === undefined) throw new Error(`no codec for type ${oid}`);
        const text = await single(`select ${sql}`);
        const binary = await single(`select ${sql}`, { binary: true });
        if (!DIFFERENT.has(codec.oid)) expect(binary).toStrictEqual(text);
        if (codec.oid === 2249) return;
        const parameter = typeof text === 'string' && !codec.name.startsWith('json') ? text : codec.encodeText(text);
        expect(await echoed(codec, parameter)).toStrictEqual(text);
        if (TEXT_PARAMETERS.has(codec.oid)) return;
        expect(await echoed(codec, codec.encodeBinary(binary))).toStrictEqual(text);
      });
    }
  });

  describe('settings that change the text', () => {
    test('intervals are the same in all four styles', async () => {
      const sql = "select '1 year 2 mons -3 days 04:05:06.789'::interval";
      const values: unknown[] = [];
      for (const style of ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601']) {
        await connection.query(`set intervalstyle = ${style}`);
        values.push(await single(sql));
      }
      await connection.query('reset intervalstyle');
      expect(values).toEqual(new Array(4).fill({ months: 14, days: -3, microseconds: 14_706_789_000n }));
    });

    test('bytea is the same in both outputs', async () => {
      const sql = "select '\\x005c27ff41'::bytea";
      await connection.query('set bytea_output = escape');
      const escaped = await single(sql);
      await connection.query('reset bytea_output');
      expect(escaped).toEqual(await single(sql));
    });

    test('floats survive whatever extra_float_digits is, in binary', async () => {
      await connection.query('set extra_float_digits = 0');
      const statement = await connection.prepare('select 0.1::float8 + 0.2::float8 as f');
      const { rows } = await statement.execute();
      await statement.close();
      await connection.query('reset extra_float_digits');
      expect(rows).toEqual([{ f: 0.1 + 0.2 }]);
    });
  });
});
