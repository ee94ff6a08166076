import { formatLibpqMessage } from '@pg-dblink/client';
import { type Connection, connect } from '@pg-dblink/client/node';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDblink, type Dblink, type DblinkNotice, localDatabase } from '../src/index.ts';

let cluster: Cluster;
let local: Connection;
let db: Dblink;
let notices: DblinkNotice[];
let clockMs: number;

beforeAll(async () => {
  cluster = await startCluster({ version: 18, extensions: ['dblink'], databases: ['far'] });
  await cluster.psql(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE kept (id int, note text)`, 'far');
  local = await connect(cluster.conninfo());
});

afterAll(async () => {
  await local?.close();
  await cluster?.stop();
});

beforeEach(async () => {
  notices = [];
  clockMs = 1_000_000;
  db = createDblink({
    connect,
    local: localDatabase(local),
    formatMessage: formatLibpqMessage,
    onNotice: (notice) => notices.push(notice),
    now: () => clockMs,
  });
  await db.connect('n', cluster.conninfo({ dbname: 'far' }));
});

afterEach(() => db.end());

describe('parameters', () => {
  it('carry values that need no quoting', async () => {
    const nasty = `o'brien \\ $1 ; -- "été"`;
    const values = [nasty, 41, null, true, 2n ** 60n, Uint8Array.of(0, 39, 255), [1, null, 3], ['a"b', '\\', 'NULL']];
    const sql = `select $1::text as a, $2::int + 1 as b, $3::text as c, not $4::bool as d, $5::int8 as e, $6::bytea as f,
      $7::int[] as g, $8::text[] as h`;
    const list = 't(a text, b int not null, c text, d bool, e bigint, f bytea, g int[], h text[])';
    const { rows } = await db.params('n', sql, values, list);
    expect(rows[0]?.b.toFixed()).toBe('42');
    expect(rows).toEqual([
      {
        a: nasty,
        b: 42,
        c: null,
        d: false,
        e: 2n ** 60n,
        f: Uint8Array.of(0, 39, 255),
        g: [1, null, 3],
        h: ['a"b', '\\', 'NULL'],
      },
    ]);
    expect((await db.params('n', 'select $1::int', [5])).rows).toEqual([['5']]);
  });

  it('serve commands, asynchronous queries and the unnamed connection', async () => {
    expect(await db.execParams('n', 'insert into kept values ($1, $2), ($3, null)', [1, 'one', 2])).toBe('INSERT 0 2');
    expect(await db.sendQueryParams('n', 'select note from kept where id = $1', [1])).toBe(1);
    expect((await db.getResult('n')).rows).toEqual([['one']]);
    expect((await db.getResult('n')).rows).toEqual([]);
    await expect(db.params(undefined, 'select $1', [1])).rejects.toMatchObject({ sqlState: '08003' });
    await db.connect(cluster.conninfo({ dbname: 'far' }));
    expect((await db.params(undefined, 'select $1::int', [1])).rows).toEqual([['1']]);
  });

  it('relay errors as errors or as notices', async () => {
    await expect(db.params('n', 'select $1::int', ['x'])).rejects.toMatchObject({
      sqlState: '22P02',
      context: expect.stringContaining('while executing query on dblink connection named "n"'),
    });
    expect(await db.execParams('n', 'delete from nosuch where a = $1', [1], false)).toBe('ERROR');
    expect((await db.params('n', 'select 1/$1', [0], { failOnError: false })).rows).toEqual([]);
    expect(notices).toMatchObject([{ sqlState: '42P01' }, { sqlState: '22012', message: 'division by zero' }]);
    await expect(db.params('n', 'select $1', new Array(65_536).fill('1'))).rejects.toMatchObject({ sqlState: '54023' });
  });

  it('are cancelled by a signal', async () => {
    const running = db.params('n', 'select pg_sleep($1)', [60], { signal: AbortSignal.timeout(200) });
    await expect(running).rejects.toMatchObject({ sqlState: '57014' });
    expect((await db.params('n', 'select $1::int', [1])).rows).toEqual([['1']]);
  });
});

describe('without a column list', () => {
  it('rows have the names and types that the server describes', async () => {
    const sql = `select 1 as id, 2::int8 as big, 1.50::numeric(10,2) as price, true as flag, null::int as nothing, 0.5::float8 as f,
      '{"a":[1]}'::jsonb as doc, '{1,NULL}'::int[] as list, '{{a,b}}'::text[] as words, 'ok'::mood as mood, '\\x01'::bytea as bytes`;
    const { rows } = await db.as<{ readonly id: number; readonly mood: string }>('n', sql);
    expect(rows).toEqual([
      {
        id: 1,
        big: 2n,
        price: '1.50',
        flag: true,
        nothing: null,
        f: 0.5,
        doc: { a: [1] },
        list: [1, null],
        words: [['a', 'b']],
        mood: 'ok',
        bytes: Uint8Array.of(1),
      },
    ]);
    const [row] = (await db.as('n', 'select $1::int * 2 as twice', [21])).rows;
    expect(row).toEqual({ twice: 42 });
  });

  it('queries are described without running them', async () => {
    await db.exec('n', 'truncate kept');
    expect(
      await db.describe('n', `insert into kept values (1, 'x') returning id, note::varchar(7) as "No, te"`),
    ).toEqual([
      { name: 'id', type: 'integer' },
      { name: 'No, te', type: 'character varying(7)' },
    ]);
    expect((await db.dblink('n', 'select count(*) from kept')).rows).toEqual([['0']]);
    await expect(db.describe('n', 'select nosuch')).rejects.toMatchObject({
      sqlState: '42703',
      context: expect.stringContaining('while describing query on dblink connection named "n"'),
    });
  });

  it('views are created in a local PostgreSQL, for its own dblink', async () => {
    const conninfo = cluster.conninfo({ dbname: 'far' });
    const statement = await db.createView('far_kept', conninfo, `select 7 as id, 'ok'::mood as mood`);
    expect(statement).toContain('AS remote(id int4, mood text)');
    expect(notices).toMatchObject([
      { sqlState: '42704', message: 'type "mood" does not exist, column "mood" of the view is text' },
    ]);
    expect((await cluster.psql('select * from far_kept'))[0]?.rows).toEqual([['7', 'ok']]);
    await expect(db.createView('v', 'host=h password=sesame', 'select 1')).rejects.toMatchObject({ sqlState: '22023' });
    const without = createDblink({ connect });
    await expect(without.createView('v', conninfo, 'select 1 as a')).rejects.toMatchObject({
      sqlState: '55000',
      message: 'dblink_create_view needs a local database',
    });
    without.end();
  });
});

describe('connections', () => {
  it('are listed with what is known of them, and are made again', async () => {
    await db.connect(cluster.conninfo());
    await db.exec('n', 'nonsense', false);
    clockMs += 1500;
    expect(await db.connections()).toMatchObject([
      { connname: null, dbname: 'postgres', port: cluster.port, state: 'idle', ageMs: 1500, lastError: null },
      {
        connname: 'n',
        dbname: 'far',
        username: 'postgres',
        transactionStatus: 'idle',
        openCursors: 0,
        lastSqlState: '42601',
        lastError: 'syntax error at or near "nonsense"',
      },
    ]);
    const pid = async (): Promise<unknown> => (await db.dblink('n', 'select pg_backend_pid()')).rows[0]?.[0];
    const before = await pid();
    expect(await db.reconnect('n')).toBe('OK');
    expect(await pid()).not.toBe(before);
    expect((await db.connections()).map(({ connname, ageMs }) => [connname, ageMs])).toEqual([
      [null, 1500],
      ['n', 0],
    ]);
    expect(await db.reconnect()).toBe('OK');
    await expect(db.reconnect('nosuch')).rejects.toMatchObject({ sqlState: '08003' });
  });

  it('are made only where they are not there', async () => {
    expect(await db.connectIfNotExists('n', 'host=nosuch.invalid')).toBe('OK');
    expect(notices).toMatchObject([{ message: 'connection "n" already exists, skipping' }]);
    expect(await db.connectIfNotExists(cluster.conninfo())).toBe('OK');
    expect(await db.connectIfNotExists('m', cluster.conninfo())).toBe('OK');
    expect(await db.getConnections()).toEqual(['n', 'm']);
  });

  it('that are mistyped are told from connection strings', async () => {
    await expect(db.dblink('nn', 'select 1')).rejects.toMatchObject({
      sqlState: '08001',
      hint: 'There is no connection or foreign server named "nn"; it was read as a connection string.',
    });
  });
});
