import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { sql as drizzleSql, eq } from 'drizzle-orm';
import { drizzle, type NodePgClient } from 'drizzle-orm/node-postgres';
import { bigint, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { type Generated, Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client, DatabaseError, escapeLiteral, Pool, TypeParsers } from '../src/pg.ts';

let cluster: Cluster;
let connectionString: string;

beforeAll(async () => {
  cluster = await startCluster();
  connectionString = `postgresql://postgres@127.0.0.1:${cluster.port}/postgres?sslmode=disable`;
});

afterAll(() => cluster.stop());

describe('Client', () => {
  test('answers as node-postgres does, value by value', async () => {
    const ours = new Client({ connectionString });
    const theirs = new pg.Client({ connectionString });
    await Promise.all([ours.connect(), theirs.connect()]);
    const queries: readonly (readonly [string, (readonly unknown[])?])[] = [
      ["select 1 as a, 9007199254740993 as b, 1.50::numeric as c, true as d, null as e, 'é' as f"],
      ["select '{1,2,NULL}'::int[] as a, '{a,\"b c\"}'::text[] as b, '{1.5}'::numeric[] as c, '{t,f}'::bool[] as d"],
      ["select '{\"x\": [1]}'::jsonb as a, '\\x00ff'::bytea as b, point '(1,2)' as c, circle '<(1,2),3>' as d"],
      [
        "select timestamptz '2024-02-29 12:00:00.123456+02' as a, timestamp '2024-07-01 08:00' as b, date '1999-12-31' as c",
      ],
      ["select timestamptz 'infinity' as a, timestamptz '0044-03-15 BC' as b"],
      ['select $1::int as a, $2::text as b, $3::text[] as c, $4::jsonb as d', [1, 'x', ['p', null, 'q"'], { k: [1] }]],
      ['select $1::timestamptz as a, $2::bytea as b', [new Date(1_700_000_000_123), Buffer.from([0, 1, 255])]],
      ['create temp table t(a int)'],
      ['insert into t values (1), (2)'],
      ['select 1 as a, 2 as a'],
      ['select 1; select 2 as b'],
      [''],
    ];
    for (const [query, values] of queries) {
      const [mine, other] = await Promise.all([
        ours.query(query, values as unknown[]),
        theirs.query(query, values as unknown[] | undefined),
      ]);
      const shape = (result: unknown): unknown =>
        (Array.isArray(result) ? result : [result]).map(
          ({
            command,
            fields,
            rowCount,
            rows,
          }: {
            command: unknown;
            fields: { name: string; dataTypeID: number }[];
            rowCount: unknown;
            rows: unknown;
          }) => ({
            command: command ?? '',
            rowCount,
            rows,
            fields: fields.map(({ dataTypeID, name }) => [name, dataTypeID]),
          }),
        );
      expect({ query, answer: shape(mine) }).toEqual({ query, answer: shape(other) });
    }
    const question = "select interval '1 year 2 mons -3 days 04:05:06.789' as i";
    const [mine, other] = await Promise.all([ours.query(question), theirs.query(question)]);
    expect(mine.rows[0]?.['i']).toEqual({ ...other.rows[0]?.['i'] });
    await Promise.all([ours.end(), theirs.end()]);
  });

  test('errors have SQLSTATE as code', async () => {
    const client = new Client({ connectionString });
    await client.connect();
    const error: unknown = await client.query('select 1/0').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatabaseError);
    expect(error).toMatchObject({ name: 'error', code: '22012', severity: 'ERROR', message: 'division by zero' });
    expect((await client.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await client.end();
    await expect(client.query('select 1')).rejects.toThrow('not queryable');
  });

  test('callbacks, row mode, names, own parsers, events', async () => {
    const types = new TypeParsers();
    types.setTypeParser(types.builtins.INT8, BigInt);
    const client = new Client({ connectionString, types });
    const heard: unknown[] = [];
    client.on('notice', ({ message }: { message: string }) => heard.push(message));
    client.on('notification', (message: unknown) => heard.push(message));
    await new Promise<void>((resolve, reject) =>
      client.connect((error) => (error === null ? resolve() : reject(error))),
    );
    const result = await new Promise((resolve, reject) =>
      client.query('select $1::int8 as n', ['5'], (error, value) => (error === null ? resolve(value) : reject(error))),
    );
    expect(result).toMatchObject({ rows: [{ n: 5n }] });
    expect((await client.query({ text: 'select 1, 2', rowMode: 'array' })).rows).toEqual([[1, 2]]);
    for (const n of [1, 2]) {
      const named = await client.query({ name: 'plus', text: 'select $1::int + 1 as n', values: [n] });
      expect(named.rows).toEqual([{ n: n + 1 }]);
    }
    await expect(client.query({ name: 'plus', text: 'select 1' })).rejects.toThrow(
      'Prepared statements must be unique',
    );
    await client.query("do $$ begin raise notice 'hello'; end $$; listen c; notify c, 'p'");
    expect(heard).toEqual(['hello', { processId: client.processID, channel: 'c', payload: 'p' }]);
    await expect(client.query({ text: 'select pg_sleep(10)', query_timeout: 30 })).rejects.toThrow('expired');
    await client.end();
  });

  test('literals are what PostgreSQL reads', async () => {
    const client = new Client(connectionString);
    await client.connect();
    for (const value of ["it's", 'a\\b', '\\', "\\'; drop table x --", '']) {
      expect((await client.query(`select ${escapeLiteral(value)} as v`)).rows).toEqual([{ v: value }]);
    }
    await client.end();
  });
});

describe('pg-cursor', () => {
  test('reads batch by batch, to the end and not to the end', async () => {
    const client = new Client({ connectionString });
    await client.connect();
    const cursor = client.query(new Cursor('select g from generate_series(1, $1::int) g', [5]));
    expect(await cursor.read(2)).toEqual([{ g: 1 }, { g: 2 }]);
    expect(await cursor.read(10)).toEqual([{ g: 3 }, { g: 4 }, { g: 5 }]);
    expect(await cursor.read(1)).toEqual([]);
    const second = client.query(new Cursor('select generate_series(1, 1000000)'));
    expect((await second.read(3)).length).toBe(3);
    await second.close();
    expect((await client.query('select 7 as n')).rows).toEqual([{ n: 7 }]);
    const failing = client.query(new Cursor('select 1/0'));
    await expect(failing.read(1)).rejects.toMatchObject({ code: '22012' });
    expect((await client.query('select 8 as n')).rows).toEqual([{ n: 8 }]);
    await client.end();
  });
});

describe('Pool', () => {
  test('shares clients, makes others wait, and replaces what comes back dirty', async () => {
    const pool = new Pool({ connectionString, max: 2 });
    const [first, second] = await Promise.all([pool.connect(), pool.connect()]);
    const third = pool.connect();
    expect([pool.totalCount, pool.waitingCount]).toEqual([2, 1]);
    await first.query('begin');
    first.release();
    const fresh = await third;
    expect(fresh.processID).not.toBe(first.processID);
    expect(() => first.release()).toThrow('already been released');
    fresh.release();
    second.release();
    expect(pool.idleCount).toBe(2);
    const sum = await Promise.all(Array.from({ length: 20 }, (_, n) => pool.query('select $1::int as n', [n])));
    expect(sum.reduce((total, { rows }) => total + Number(rows[0]?.['n']), 0)).toBe(190);
    await pool.end();
    await expect(pool.connect()).rejects.toThrow('after calling end');
  });

  test('a client that dies in the pool is told to the pool and replaced', async () => {
    const pool = new Pool({ connectionString, max: 1 });
    const { rows } = await pool.query('select pg_backend_pid() as pid');
    const died = new Promise((resolve) => pool.once('error', resolve));
    await cluster.psql(`select pg_terminate_backend(${rows[0]?.['pid']})`);
    expect(String(await died)).toContain('terminating connection');
    expect((await pool.query('select 1 as n')).rows).toEqual([{ n: 1 }]);
    await pool.end();
  });
});

interface Tables {
  person: { id: Generated<number>; name: string; born: Date | null; tags: string[] };
}

describe('Kysely runs on it unchanged', () => {
  test('schema, queries, transactions, streams', async () => {
    const pool = new Pool({ connectionString });
    const db = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool, cursor: Cursor }),
    });
    await db.schema
      .createTable('person')
      .addColumn('id', 'serial', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('born', 'timestamptz')
      .addColumn('tags', sql`text[]`)
      .execute();
    const born = new Date('1815-12-10T00:00:00Z');
    const inserted = await db
      .insertInto('person')
      .values([
        { name: 'Ada', born, tags: ['math', 'a "b"'] },
        { name: 'Blaise', born: null, tags: [] },
      ])
      .returningAll()
      .execute();
    expect(inserted).toEqual([
      { id: 1, name: 'Ada', born, tags: ['math', 'a "b"'] },
      { id: 2, name: 'Blaise', born: null, tags: [] },
    ]);
    const updated = await db.updateTable('person').set({ name: 'Ada L.' }).where('id', '=', 1).executeTakeFirst();
    expect(updated.numUpdatedRows).toBe(1n);
    const failing = db.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('person').execute();
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    const names: string[] = [];
    for await (const { name } of db.selectFrom('person').select('name').orderBy('id').stream(1)) names.push(name);
    expect(names).toEqual(['Ada L.', 'Blaise']);
    await db.schema.dropTable('person').execute();
    await db.destroy();
  });
});

describe('Drizzle runs on it unchanged', () => {
  const city = pgTable('city', {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
    people: bigint({ mode: 'bigint' }),
    facts: jsonb().$type<{ rivers: string[] }>(),
    founded: timestamp({ withTimezone: true, mode: 'date' }),
  });

  test('queries and transactions', async () => {
    const pool = new Pool({ connectionString });
    const db = drizzle(pool as unknown as NodePgClient);
    await db.execute(
      drizzleSql`create table city(id int generated always as identity primary key, name text not null, people bigint, facts jsonb, founded timestamptz)`,
    );
    const founded = new Date('1703-05-27T00:00:00.000Z');
    await db.insert(city).values({ name: 'Köln', people: 1_085_000n, facts: { rivers: ['Rhein'] }, founded });
    expect(await db.select().from(city)).toEqual([
      { id: 1, name: 'Köln', people: 1_085_000n, facts: { rivers: ['Rhein'] }, founded },
    ]);
    await db.transaction(async (transaction) => {
      await transaction.update(city).set({ people: 9_007_199_254_740_993n }).where(eq(city.id, 1));
    });
    await expect(
      db.transaction(async (transaction) => {
        await transaction.delete(city);
        transaction.rollback();
      }),
    ).rejects.toThrow();
    const rows = await db.select({ people: city.people }).from(city).where(eq(city.name, 'Köln'));
    expect(rows).toEqual([{ people: 9_007_199_254_740_993n }]);
    await db.execute(drizzleSql`drop table city`);
    await pool.end();
  });
});
