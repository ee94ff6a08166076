import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { sqlStateOf } from './sql-state-of.ts';

const INSERT = 'insert into counter values ($1)';

describe.each(availableVersions())('the statement cache on PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let cached: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    await cluster.psql('create table counter(n int)');
  });

  beforeEach(async () => {
    await cluster.psql('truncate counter');
    cached = await connect(cluster.conninfo(), { statementCacheSize: 4 });
    return () => cached.close();
  });

  afterAll(() => cluster.stop());

  const counted = async (): Promise<unknown> => (await cluster.psql('table counter'))[0]?.rows.flat();
  const preparedNames = async (): Promise<readonly unknown[]> =>
    (await cached.query('select name from pg_prepared_statements order by prepare_time'))[0]?.rows.map(
      ({ name }) => name,
    ) ?? [];

  test('DISCARD ALL and DEALLOCATE ALL are survived, and nothing runs twice', async () => {
    await cached.execute(INSERT, [1]);
    const names = await preparedNames();
    expect(names).toHaveLength(1);
    await cached.query('discard all');
    expect((await cached.execute(INSERT, [2])).rowCount).toBe(1);
    await cached.query('deallocate all');
    expect((await cached.execute(INSERT, [3])).rowCount).toBe(1);
    expect(await preparedNames()).toEqual(names);
    expect(await counted()).toEqual(['1', '2', '3']);
  });

  test('rows that changed their type are described anew, also those of a second change', async () => {
    await cached.query('create temp table wide as select 1 as a');
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1 }]);
    await cached.query("alter table wide add column b text default 'x'");
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1, b: 'x' }]);
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1, b: 'x' }]);
    await cached.query('alter table wide alter a type text; alter table wide drop b');
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: '1' }]);
    await cached.query('drop table wide');
    expect(await sqlStateOf(cached.execute('select * from wide'))).toBe('42P01');
    await cached.query('create temp table wide as select 2 as c');
    expect((await cached.execute('select * from wide')).rows).toEqual([{ c: 2 }]);
  });

  test('inside a transaction the error is the caller’s, and the next one outside works', async () => {
    await cached.execute(INSERT, [1]);
    await cached.query('deallocate all; begin');
    expect(await sqlStateOf(cached.execute(INSERT, [2]))).toBe('26000');
    expect(cached.transactionStatus).toBe('E');
    await cached.query('rollback');
    await cached.execute(INSERT, [3]);
    expect(await counted()).toEqual(['1', '3']);
  });

  test('whether there is a transaction is judged when it runs, not when it is called', async () => {
    await cached.execute(INSERT, [1]);
    const [, , inside] = await Promise.all([
      cached.query('deallocate all'),
      cached.query('begin'),
      sqlStateOf(cached.execute(INSERT, [2])),
      cached.query('rollback'),
    ]);
    expect(inside).toBe('26000');
    expect(await counted()).toEqual(['1']);
  });

  test('calls behind a repeated one stay behind it', async () => {
    await cached.execute(INSERT, [1]);
    const [, , , status] = await Promise.all([
      cached.query('deallocate all'),
      cached.execute(INSERT, [2]),
      cached.query('begin'),
      cached.query('select pg_current_xact_id_if_assigned() is null as clean'),
      cached.query('rollback'),
    ]);
    expect(status[0]?.rows).toEqual([{ clean: true }]);
    expect(await counted()).toEqual(['1', '2']);
  });

  test('an error of the statement itself is never an occasion to run it again', async () => {
    await cached.query(`
      create temp sequence runs;
      create function pg_temp.refuse(state text) returns int language plpgsql as $$
        begin perform nextval('runs'); raise exception 'no' using errcode = state; end $$`);
    for (const state of ['26000', '0A000']) {
      expect(await sqlStateOf(cached.execute('select pg_temp.refuse($1)', [state]))).toBe(state);
    }
    expect((await cached.query('select last_value::int as n from runs'))[0]?.rows).toEqual([{ n: 2 }]);
  });

  test('COPY and several statements are not repeated', async () => {
    expect(await sqlStateOf(cached.execute('select 1; select 2'))).toBe('42601');
    expect(await sqlStateOf(cached.execute('copy counter from stdin'))).toBe('57014');
    expect(await sqlStateOf(cached.query(`${INSERT.replace('$1', '7')}; execute nothing`))).toBe('26000');
    expect(await counted()).toEqual([]);
  });

  test('a pipeline is not repeated: what it had prepared before is the caller’s', async () => {
    const statement = await cached.prepare(INSERT);
    await cached.query('deallocate all');
    const call = cached.pipeline((pipeline) => pipeline.executePrepared(statement, [1]));
    expect(await sqlStateOf(call)).toBe('26000');
    expect(await counted()).toEqual([]);
  });

  test('a time-out ends the repetition, too', async () => {
    await cached.query('create temp table slow as select 1 as a');
    await cached.execute('select a, pg_sleep(case when $1 then 30 else 0 end) from slow', [false]);
    await cached.query('deallocate all');
    const call = cached.execute('select a, pg_sleep(case when $1 then 30 else 0 end) from slow', [true], {
      timeoutMs: 100,
    });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await cached.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('two connections never give the same name', async () => {
    await using other = await connect(cluster.conninfo(), { statementCacheSize: 4 });
    await cached.execute('select 1 as n');
    await other.execute('select 1 as n');
    const [result] = await other.query('select name from pg_prepared_statements');
    expect(await preparedNames()).not.toEqual(result?.rows.map(({ name }) => name));
    expect((await cached.prepare('select 1')).name).not.toBe((await other.prepare('select 1')).name);
  });

  test('keeps no more statements than it may', async () => {
    await using small = await connect(cluster.conninfo(), { statementCacheSize: 2 });
    for (let index = 0; index < 5; index++) await small.execute(`select ${index} as n`);
    const [result] = await small.query('select count(*)::int as n from pg_prepared_statements');
    expect(result?.rows).toEqual([{ n: 2 }]);
  });

  test('the same text at the same time is prepared once', async () => {
    const results = await Promise.all([1, 2, 3].map((n) => cached.execute('select $1::int as n', [n])));
    expect(results.map(({ rows }) => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(await preparedNames()).toHaveLength(1);
  });
});
