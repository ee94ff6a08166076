import { formatLibpqMessage } from '@pg-dblink/client';
import { type Connection, connect } from '@pg-dblink/client/node';
import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDblink, type Dblink, type DblinkNotice, isDblinkError, localDatabase } from '../src/index.ts';

let cluster: Cluster;
let local: Connection;
let db: Dblink;
let notices: DblinkNotice[];

beforeAll(async () => {
  cluster = await startCluster({ version: 18, extensions: ['dblink'], authenticationUsers: true });
  local = await connect(cluster.conninfo());
  await cluster.psql(`
    create table pk1(a int, b text, c int, primary key (c, a));
    insert into pk1 values (1, 'o''brien \\ back', 2);
    create server srv foreign data wrapper dblink_fdw options (host '127.0.0.1', port '${cluster.port}', dbname 'postgres');
    create user mapping for postgres server srv options (user 'postgres')`);
});

afterAll(async () => {
  await local?.close();
  await cluster?.stop();
});

beforeEach(async () => {
  notices = [];
  db = createDblink({
    connect,
    local: localDatabase(local),
    formatMessage: formatLibpqMessage,
    onNotice: (notice) => notices.push(notice),
  });
  await db.connect('n', cluster.conninfo());
});

afterEach(() => db.end());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

it('takes a connection of the client as it is', async () => {
  const plain = createDblink({ connect });
  await plain.connect(cluster.conninfo());
  expect((await plain.dblink('select 1')).rows).toEqual([['1']]);
  plain.end();
});

it('relays every field of a remote error, those that SQL does not show included', async () => {
  await db.exec('n', 'create temp table t(a int constraint positive check (a > 0))');
  const error = await failure(db.exec('n', 'insert into t values (-1)'));
  expect(error).toMatchObject({
    sqlState: '23514',
    message: 'new row for relation "t" violates check constraint "positive"',
    detail: 'Failing row contains (-1).',
    context: 'while executing command on dblink connection named "n"',
    remote: { table: 't', constraint: 'positive', severity: 'ERROR' },
  });
});

it("keeps libpq's text of the last error, with the place in the statement", async () => {
  await db.dblink('n', 'select nocol', false);
  expect(await db.errorMessage('n')).toBe(
    'ERROR:  column "nocol" does not exist\nLINE 1: select nocol\n               ^',
  );
  expect(notices).toMatchObject([{ sqlState: '42703', message: 'column "nocol" does not exist' }]);
});

it('runs two queries at once over two connections', async () => {
  await db.connect('m', cluster.conninfo());
  for (const name of ['n', 'm']) await db.sendQuery(name, `select '${name}' from pg_sleep(0.2)`);
  expect((await db.getResult('n')).rows).toEqual([['n']]);
  expect((await db.getResult('m')).rows).toEqual([['m']]);
});

it('cancels what runs remotely when its signal says so', async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const error = await failure(db.dblink('n', 'select pg_sleep(30)', { signal: controller.signal }));
  expect(error).toMatchObject({ sqlState: '57014', message: 'canceling statement due to user request' });
  expect((await db.dblink('n', 'select 1')).rows).toEqual([['1']]);
});

it('dblink_cancel_query ends an asynchronous query', async () => {
  await db.sendQuery('n', 'select pg_sleep(30)');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await db.isBusy('n')).toBe(1);
  expect(await db.cancelQuery('n')).toBe('OK');
  expect(await failure(db.getResult('n'))).toMatchObject({ sqlState: '57014' });
});

it('hands on notifications with their sender', async () => {
  await db.exec('n', 'listen ev');
  await db.exec('n', "notify ev; notify ev, 'pay load'");
  const [{ rows }, events] = [await db.dblink('n', 'select pg_backend_pid()'), await db.getNotify('n')];
  expect(events).toEqual([
    { notifyName: 'ev', bePid: Number(rows[0]?.[0]), extra: '' },
    { notifyName: 'ev', bePid: Number(rows[0]?.[0]), extra: 'pay load' },
  ]);
  expect(await db.getNotify('n')).toEqual([]);
});

it('reads values as the types of a column list', async () => {
  const { rows } = await db.dblink(
    'n',
    `select 1, null::text, '{1.50,null}'::numeric[], true, 9007199254740993, '{"k":[1]}'::jsonb, '\\x00ff'::bytea,
      '{{a,"b,\\"\\\\"},{NULL,"NULL"}}'::text[], 'NaN'::float8, '[0:1]={1,2}'::int[]`,
    't(a int not null, b text, c numeric(10,2)[], d boolean, e bigint, f jsonb, g bytea, h text[][], i float8, j int[])',
  );
  const [row] = rows;
  expect(row).toEqual({
    a: 1,
    b: null,
    c: ['1.50', null],
    d: true,
    e: 9007199254740993n,
    f: { k: [1] },
    g: Uint8Array.of(0, 255),
    h: [
      ['a', 'b,"\\'],
      [null, 'NULL'],
    ],
    i: Number.NaN,
    j: [1, 2],
  });
});

it('raises what SQL raises for values and columns that do not fit the list', async () => {
  expect(await failure(db.dblink('n', 'select 1, 2', 't(a int)'))).toMatchObject({ sqlState: '42804' });
  expect(await failure(db.dblink('n', "select 'x'", 't(a int)'))).toMatchObject({
    sqlState: '22P02',
    message: 'invalid input syntax for type integer: "x"',
  });
  expect(await failure(db.dblink('n', 'select 3000000000', 't(a int)'))).toMatchObject({ sqlState: '22003' });
  expect(await failure(db.dblink('n', 'select null', 't(a int not null)'))).toMatchObject({
    sqlState: '23502',
    message: 'null value in column "a", which was declared NOT NULL',
  });
  expect(await failure(db.dblink('n', 'select 1', 't(a int'))).toMatchObject({ sqlState: '42601' });
  expect((await db.dblink('n', 'select 1', 't(a int)')).rows).toEqual([{ a: 1 }]);
});

it('holds a far end to what its query never leaves NULL', async () => {
  const { rows } = await db.dblink('n', 'select count(*), null', 't(a int, b text)');
  expect(rows).toEqual([{ a: 1, b: null }]);
  await db.exec('n', 'create schema shadow; create function shadow.now() returns text language sql return null');
  await db.exec('n', 'set search_path = shadow, pg_catalog');
  const expected = { sqlState: '23502', message: 'null value in column "b", which its query never leaves NULL' };
  expect(await failure(db.dblink('n', 'select 1, now()', 't(a int, b text)'))).toMatchObject(expected);
  expect(await failure(db.params('n', 'select 1, now()', [], 't(a int, b text)'))).toMatchObject(expected);
  expect(await failure(db.gather(['n'], 'select 1, now()', 't(a int, b text)'))).toMatchObject(expected);
  await db.exec('n', 'set search_path = default; drop schema shadow cascade');
});

describe('the local database', () => {
  it('gives foreign servers, and the errors of those that cannot be used', async () => {
    expect((await db.dblink('srv', 'select current_user')).rows).toEqual([['postgres']]);
    await cluster.psql('create server lonely foreign data wrapper dblink_fdw');
    expect(await failure(db.dblink('lonely', 'select 1'))).toMatchObject({
      sqlState: '42704',
      message: 'user mapping not found for user "postgres", server "lonely"',
    });
  });

  it('gives keys and builds statements', async () => {
    expect(await db.getPkey('pk1')).toEqual([
      { position: 1, colname: 'c' },
      { position: 2, colname: 'a' },
    ]);
    expect(await db.buildSqlInsert('pk1', [3, 1], 2, ['2', '1'], ['20', '10'])).toBe(
      "INSERT INTO pk1(a,b,c) VALUES('10',E'o''brien \\\\ back','20')",
    );
    expect(await db.buildSqlDelete('pk1', [1], 1, ['7'])).toBe("DELETE FROM pk1 WHERE a = '7'");
    const error = await failure(db.buildSqlUpdate('pk1', [9], 1, ['1'], ['2']));
    expect(isDblinkError(error) && [error.sqlState, error.message]).toEqual(['22023', 'invalid attribute number 9']);
  });
});

it('holds callers who are no superusers to their own passwords', async () => {
  const asUser = createDblink({ connect, local: { isSuperuser: () => false } });
  const { user, password } = authenticationUsers['scram-sha-256'];
  const trusted = cluster.conninfo({ user: authenticationUsers.trust.user, password: 'x' });
  expect(await failure(asUser.connect('t', trusted))).toMatchObject({ sqlState: '2F003' });
  expect(await asUser.connect('s', cluster.conninfo({ user, password: password ?? '' }))).toBe('OK');
  asUser.end();
});
