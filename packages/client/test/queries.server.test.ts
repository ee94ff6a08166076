import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, isUsageError, type ServerNotice } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { sqlStateOf } from './sql-state-of.ts';

describe.each(availableVersions())('PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let connection: Connection;
  const notices: ServerNotice[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ version });
    connection = await connect(cluster.conninfo(), { onNotice: (notice) => notices.push(notice) });
  });

  beforeEach(() => {
    notices.length = 0;
  });

  afterAll(async () => {
    await connection.close();
    await cluster.stop();
  });

  describe('simple queries', () => {
    test('one result a statement, typed', async () => {
      const results = await connection.query(
        'select 1 as one, true as t, null as n, 9007199254740993 as big; create temp table s(a int); insert into s values (1), (2)',
      );
      expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual([
        ['SELECT', 1],
        ['CREATE TABLE', undefined],
        ['INSERT', 2],
      ]);
      expect(results[0]?.rows).toEqual([{ one: 1, t: true, n: null, big: 9007199254740993n }]);
    });

    test('an empty query is a result without rows', async () => {
      expect(await connection.query('')).toMatchObject([{ rows: [], command: '', rowCount: undefined }]);
    });

    test('an error has all fields and leaves the connection usable', async () => {
      const error = await connection.query('select nocol from pg_class').catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        severity: 'ERROR',
        sqlState: '42703',
        message: 'column "nocol" does not exist',
        position: 8,
        routine: 'errorMissingColumn',
      });
      expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
    });

    test('calls wait for one another, in order', async () => {
      const answers = await Promise.all([3, 1, 2].map((n) => connection.query(`select ${n} as n`)));
      expect(answers.map(([result]) => result?.rows[0])).toEqual([{ n: 3 }, { n: 1 }, { n: 2 }]);
    });

    test('notices and parameters arrive', async () => {
      await connection.query(
        "do $$ begin raise warning 'careful' using detail = 'd'; end $$; set timezone = 'Asia/Tokyo'",
      );
      expect(notices).toMatchObject([{ severity: 'WARNING', message: 'careful', detail: 'd' }]);
      expect(connection.serverParameters.get('TimeZone')).toBe('Asia/Tokyo');
      await connection.query('reset timezone');
    });

    test('the transaction status follows', async () => {
      await connection.query('begin');
      expect(connection.transactionStatus).toBe('T');
      await connection.query('select 1/0').catch(() => undefined);
      expect(connection.transactionStatus).toBe('E');
      await connection.query('rollback');
      expect(connection.transactionStatus).toBe('I');
    });

    test('a statement that is no text is refused here', async () => {
      await expect(connection.query('select \0')).rejects.toThrow('zero byte');
      await expect(connection.query('select \ud800')).rejects.toThrow('lone surrogate');
      expect(connection.phase).toBe('idle');
    });
  });

  describe('extended queries', () => {
    test('parameters of many kinds', async () => {
      const { rows } = await connection.execute(
        'select $1::int + 1 as a, $2::text as b, $3::int[] as c, $4::jsonb as d, $5::timestamptz as e, $6::bytea as f, $7::int as g',
        [41, 'é', [1, null, 3], { x: [1] }, new Date(0), new Uint8Array([0, 255]), null],
      );
      expect(rows).toEqual([
        {
          a: 42,
          b: 'é',
          c: [1, null, 3],
          d: { x: [1] },
          e: '1970-01-01 00:00:00+00',
          f: new Uint8Array([0, 255]),
          g: null,
        },
      ]);
    });

    test('binary on request gives the same values', async () => {
      const sql = "select 1::int2, 'x'::text, 1.50::numeric, '{1,2}'::int8[], interval '1 day', 'infinity'::timestamp";
      const text = await connection.execute(sql, [], { rows: 'array' });
      const binary = await connection.execute(sql, [], { rows: 'array', binary: true });
      expect(binary.rows).toEqual(text.rows);
      expect(binary.fields.every(({ format }) => format === 1)).toBe(true);
    });

    test('65535 parameters are the most', async () => {
      const sql = (count: number): string =>
        `select ${Array.from({ length: count }, (_, index) => `$${index + 1}::int`).join('+')} as n`;
      expect((await connection.execute('select cardinality(array[$1, $2]::int[]) as n', [1, 2])).rows).toEqual([
        { n: 2 },
      ]);
      await expect(connection.execute(sql(3), new Array(65_536).fill(0))).rejects.toThrow('65535');
      expect(connection.phase).toBe('idle');
    });

    test('a prepared statement knows its types', async () => {
      const statement = await connection.prepare('select $1::int8 + 1 as n, $2::date as d');
      expect(statement.parameterTypes).toEqual([20, 1082]);
      expect(statement.fields.map(({ name, format }) => [name, format])).toEqual([
        ['n', 1],
        ['d', 1],
      ]);
      expect((await statement.execute(['9007199254740993', 'infinity'])).rows).toEqual([
        { n: 9007199254740994n, d: 'infinity' },
      ]);
      expect((await statement.execute([41n, '0044-03-15 BC'], { rows: 'array' })).rows).toEqual([
        [42n, '0044-03-15 BC'],
      ]);
      await expect(statement.execute([1])).rejects.toSatisfy(isUsageError);
      await statement.close();
      expect(await sqlStateOf(statement.execute([1, null]))).toBe('26000');
    });

    test('raw rows are bytes', async () => {
      const { rows } = await connection.execute("select 'é', null", [], { rows: 'raw' });
      expect(rows).toEqual([[new Uint8Array([0xc3, 0xa9]), null]]);
    });
  });

  describe('column by column', () => {
    test('values are those of rows', async () => {
      const sql = 'select g as n, nullif(g, 2)::text as t from generate_series(1, $1::int) g';
      const { columns, fields, rowCount } = await connection.columns(sql, [3]);
      expect(columns).toEqual([
        [1, 2, 3],
        ['1', null, '3'],
      ]);
      expect(fields.map(({ name }) => name)).toEqual(['n', 't']);
      expect(rowCount).toBe(3);
      await expect(connection.columns('select 1/0')).rejects.toMatchObject({ sqlState: '22012' });
    });
  });
});
