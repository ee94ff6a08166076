import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Connection,
  compositeCodec,
  dateCodecs,
  lowerBoundsOf,
  TypeRegistry,
  withLowerBounds,
} from '../src/index.ts';
import { connect } from '../src/node.ts';

describe.each(availableVersions())('values on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let connection: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await cluster.psql(`
      create type mood as enum ('sad', 'ok', 'happy');
      create domain positive as int check (value > 0);
      create type pair as (n int, label text);
      create type span as range (subtype = float8);`);
    connection = await connect(cluster.conninfo());
  });

  afterAll(async () => {
    await connection?.close();
    await cluster.stop();
  });

  async function single(sql: string, values: readonly unknown[] = [], options = {}): Promise<unknown> {
    const { rows } = await connection.execute(sql, values, { ...options, rows: 'array' });
    return rows[0]?.[0];
  }

  test('types of user OIDs are text, and text as parameters', async () => {
    expect(await single("select 'ok'::mood")).toBe('ok');
    expect(await single("select array['ok', null]::mood[]")).toBe('{ok,NULL}');
    expect(await single("select (1, 'a b')::pair")).toBe('(1,"a b")');
    expect(await single('select span(0, 1.5)')).toBe('[0,1.5)');
    expect(await single('select $1::mood > $2::mood', ['happy', 'sad'])).toBe(true);
    expect(await single('select ($1::pair).label', ['(7,"x, y")'])).toBe('x, y');
    // A domain goes over the wire as its base type.
    expect(await single('select 7::positive')).toBe(7);
  });

  test('in binary they are bytes', async () => {
    expect(await single("select 'ok'::mood", [], { binary: true })).toEqual(new TextEncoder().encode('ok'));
  });

  test('a prepared statement mixes formats: what is known in binary, the rest in text', async () => {
    const statement = await connection.prepare("select 1.5::float8 as f, 'ok'::mood as m, $1::pair as p");
    expect(statement.fields.map(({ format }) => format)).toEqual([1, 0, 0]);
    expect((await statement.execute(['(2,)'])).rows).toEqual([{ f: 1.5, m: 'ok', p: '(2,)' }]);
    await statement.close();
  });

  test('a composite by its codec, in text, in binary and as parameter', async () => {
    const known = new TypeRegistry();
    const int4 = known.find(23);
    const string = known.find(25);
    if (int4 === undefined || string === undefined) throw new Error('no codecs for int4 and text');
    const oid = Number(await single("select 'pair'::regtype::oid::int8"));
    const array = Number(await single("select 'pair[]'::regtype::oid::int8"));
    const codec = compositeCodec(oid, array, 'pair', [
      { name: 'n', codec: int4 },
      { name: 'label', codec: string },
    ]);
    const types = known.with(codec);
    const value = { n: 7, label: 'a "quoted", (thing)\\' };
    for (const binary of [false, true]) {
      expect(await single('select $1::pair', [value], { types, binary, parameterTypes: [oid] })).toEqual(value);
    }
    expect(await single("select array[row(1, 'x')::pair, null]", [], { types })).toEqual([{ n: 1, label: 'x' }, null]);
  });

  test('arrays keep their lower bounds, there and back', async () => {
    const array = await single("select '[0:1][-1:0]={{1,2},{3,4}}'::int[]");
    expect(array).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(lowerBoundsOf(array)).toEqual([0, -1]);
    const back = withLowerBounds([5, 6], [-2]);
    expect(await single('select array_lower($1::int[], 1)', [back], { parameterTypes: [1007] })).toBe(-2);
  });

  test('nothing is lost: numeric, int8, NaN, infinities, BC and years past 9999', async () => {
    const digits = `${'9'.repeat(400)}.${'1'.repeat(300)}`;
    const sql = `select $1::numeric as n, 9223372036854775807 as big, 'NaN'::float8 as nan, '-infinity'::float4 as low,
      timestamp '4713-01-01 00:00:00 BC' as bc, date '294276-12-31' as far, 'NaN'::numeric as none, '-0'::float8 as zero`;
    for (const binary of [false, true]) {
      const { rows } = await connection.execute(sql, [digits], { binary });
      expect(rows).toEqual([
        {
          n: digits,
          big: 9223372036854775807n,
          nan: Number.NaN,
          low: Number.NEGATIVE_INFINITY,
          bc: '4713-01-01 00:00:00 BC',
          far: '294276-12-31',
          none: 'NaN',
          zero: -0,
        },
      ]);
    }
  });

  test('rows as objects are safe against any column name, and of equal names the last one counts', async () => {
    const [result] = await connection.query(
      `select 1 as "__proto__", 2 as "constructor", 3 as "toString", 4 as a, 5 as a`,
    );
    const [row] = result?.rows ?? [];
    expect(Object.entries(row ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
      ['a', 5],
    ]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('types of the call come before those of the connection', async () => {
    const dates = new TypeRegistry().with(...dateCodecs);
    const sql = "select timestamptz '2024-02-29 12:00:00+00' as at";
    await using dated = await connect(cluster.conninfo(), { types: dates });
    expect((await dated.execute(sql)).rows).toEqual([{ at: new Date('2024-02-29T12:00:00Z') }]);
    expect((await dated.execute(sql, [], { types: new TypeRegistry() })).rows).toEqual([
      { at: '2024-02-29 12:00:00+00' },
    ]);
    expect(await single(sql, [], { types: dates })).toEqual(new Date('2024-02-29T12:00:00Z'));
    expect(await single('select $1::timestamptz', [new Date(0)])).toBe('1970-01-01 00:00:00+00');
  });

  test('objects, arrays, bytes and columns say the same', async () => {
    const sql = "select g as n, 'é' || g as t from generate_series(1, 3) g";
    const shapes = await Promise.all([
      connection.execute(sql),
      connection.execute(sql, [], { rows: 'array' }),
      connection.execute(sql, [], { rows: 'raw' }),
    ]);
    const [objects, arrays, raw] = shapes.map(({ rows }) => rows);
    expect(objects?.map((row) => Object.values(row as object))).toEqual(arrays);
    const texts = (raw as unknown as readonly (readonly Uint8Array[])[]).map((row) =>
      row.map((bytes) => new TextDecoder().decode(bytes)),
    );
    expect(texts).toEqual((arrays as readonly (readonly unknown[])[]).map((row) => row.map(String)));
    const { columns } = await connection.columns(sql);
    expect(columns).toEqual([
      [1, 2, 3],
      ['é1', 'é2', 'é3'],
    ]);
  });
});
