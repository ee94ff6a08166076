import { type Connection, connect } from '@pg-dblink/client/node';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let cluster: Cluster;
let connection: Connection;

beforeAll(async () => {
  cluster = await startCluster();
  connection = await connect(cluster.conninfo());
});

afterAll(async () => {
  await connection.close();
  await cluster.stop();
});

const SQL = `select g as n, g * 10000000000 as big, 'Zeile ' || g as t, g / 7.0::float8 as f, g % 2 = 0 as b,
  nullif(g % 3, 0) as maybe, timestamptz '2000-01-01 00:00:00+00' + g * interval '1 microsecond' as at
  from generate_series(1, 20000) g`;

describe('large results', () => {
  test('every way through a result gives the same values', async () => {
    const { rows } = await connection.execute(SQL);
    const visited: unknown[] = [];
    expect(await connection.forEachRow(SQL, [], (row) => void visited.push(row))).toMatchObject({ rowCount: 20_000 });
    expect(visited).toEqual(rows);
    const statement = await connection.prepare(SQL);
    visited.length = 0;
    expect(await statement.forEachRow([], (row) => void visited.push(row))).toMatchObject({ rowCount: 20_000 });
    expect(visited).toEqual(rows);
    visited.length = 0;
    await statement.forEachRow([], (row) => void visited.push(row[0]), { rows: 'array' });
    expect(visited).toEqual(rows.map((row) => row['n']));
    await statement.close();
    const lazy = await connection.execute(SQL, [], { rows: 'lazy' });
    expect(JSON.stringify(lazy.rows.map(({ n, t, f, b, maybe, at }) => [n, t, f, b, maybe, at]))).toBe(
      JSON.stringify(rows.map(({ n, t, f, b, maybe, at }) => [n, t, f, b, maybe, at])),
    );
    for (const binary of [false, true]) {
      const { columns } = await connection.typedColumns(SQL, [], { binary });
      const [n, big, t, f, b, maybe, at] = columns;
      expect([n, big, t, f, b, maybe, at].map((column) => column?.kind)).toEqual([
        'int32',
        'int64',
        'text',
        'float64',
        'boolean',
        'int32',
        'timestamp',
      ]);
      if (n?.kind !== 'int32' || big?.kind !== 'int64' || f?.kind !== 'float64') return;
      if (maybe?.kind !== 'int32' || at?.kind !== 'timestamp') return;
      expect([...n.values]).toEqual(rows.map((row) => row['n']));
      expect([...big.values]).toEqual(rows.map((row) => row['big']));
      expect([...f.values]).toEqual(rows.map((row) => row['f']));
      expect(rows.map((_, row) => (maybe.nulls?.[row] === 1 ? null : maybe.values[row]))).toEqual(
        rows.map((row) => row['maybe']),
      );
      expect([...at.values]).toEqual(rows.map((row) => BigInt(row['n'] as number)));
    }
  });

  test('what the visitor throws ends the call, not the connection', async () => {
    let seen = 0;
    const visiting = connection.forEachRow(SQL, [], () => {
      seen += 1;
      if (seen === 100) throw new Error('enough');
    });
    await expect(visiting).rejects.toThrow('enough');
    expect(seen).toBe(100);
    expect((await connection.execute('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('rows of a prepared statement come in binary where that gives the same value, and stop as others do', async () => {
    const statement = await connection.prepare(`select * from (${SQL}) as r where n <= $1`);
    expect(statement.fields.map(({ format }) => format)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    const before = connection.traffic.bytesReceived;
    await connection.forEachRow(`select * from (${SQL}) as r`, [], () => undefined);
    const inText = connection.traffic.bytesReceived - before;
    expect(await statement.forEachRow([20_000], () => undefined)).toMatchObject({ rowCount: 20_000 });
    expect(connection.traffic.bytesReceived - before - inText).toBeLessThan(inText * 0.9);
    await expect(
      statement.forEachRow([20_000], () => {
        throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
    await expect(statement.forEachRow([], () => undefined)).rejects.toThrow('the statement needs 1 parameters, not 0');
    await statement.close();
    await expect(statement.forEachRow([1], () => undefined)).rejects.toThrow('does not exist');
    expect((await connection.execute('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('an aborted signal stops the server as well', async () => {
    const controller = new AbortController();
    // In the select list the series is sent as it is made.
    const visiting = connection.forEachRow(
      'select generate_series(1, 1000000000) as g',
      [],
      ({ g }) => {
        if (g === 1000) controller.abort(new Error('seen enough'));
      },
      { signal: controller.signal },
    );
    await expect(visiting).rejects.toThrow('seen enough');
    expect((await connection.execute('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('an error of the server in the middle of the rows is thrown', async () => {
    const sql = 'select 1 / (1000 - g) as q from generate_series(1, 2000) g';
    await expect(connection.forEachRow(sql, [], () => undefined)).rejects.toThrow('division by zero');
    await expect(connection.typedColumns(sql)).rejects.toThrow('division by zero');
  });
});
