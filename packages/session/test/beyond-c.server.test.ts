import { connect } from '@pg-dblink/client/node';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createDblink, type Dblink, type DblinkNotice, isDblinkError, type RemoteNotice } from '../src/index.ts';

let cluster: Cluster;
let db: Dblink;
let notices: DblinkNotice[];
let remoteNotices: RemoteNotice[];

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster?.stop());

beforeEach(async () => {
  notices = [];
  remoteNotices = [];
  db = createDblink({
    connect,
    onNotice: (notice) => notices.push(notice),
    onRemoteNotice: (notice) => remoteNotices.push(notice),
  });
  for (const name of ['north', 'south', 'west']) await db.connect(name, cluster.conninfo());
});

afterEach(() => db.end());

describe('gather', () => {
  it('gives typed rows with their source, in the order of the sources, and what failed', async () => {
    await db.exec('south', "set application_name = 'slow'");
    const sql = `select g, current_setting('application_name') from generate_series(1, 2) g,
      pg_sleep(case current_setting('application_name') when 'slow' then 0.2 else 0 end)`;
    const { rows, failures } = await db.gather(['south', 'nowhere', 'north'], sql, 't(id int not null, name text)');
    expectTypeOf(rows[0]?.source).toEqualTypeOf<string | undefined>();
    expectTypeOf(rows[0]?.id).toEqualTypeOf<number | undefined>();
    expectTypeOf(rows[0]?.name).toEqualTypeOf<string | null | undefined>();
    expect(rows.map(({ source, id }) => [source, id])).toEqual([
      ['south', 1],
      ['south', 2],
      ['north', 1],
      ['north', 2],
    ]);
    expect(failures.map(({ source, sqlState }) => [source, sqlState])).toEqual([['nowhere', '08001']]);
    expect(notices).toMatchObject([{ level: 'WARNING', sqlState: '08001' }]);
  });

  it('gives rows as text without a column list, and tags of commands', async () => {
    expect((await db.gather(['north', cluster.conninfo()], 'select 1, null')).rows).toEqual([
      { source: 'north', values: ['1', null] },
      { source: cluster.conninfo(), values: ['1', null] },
    ]);
    expect((await db.gather(['north', 'south'], 'set a.b = 1')).rows).toEqual([
      { source: 'north', values: ['SET'] },
      { source: 'south', values: ['SET'] },
    ]);
  });

  it('rejects with the first failure when asked to, and with 57014 when its signal fires', async () => {
    const failing = await db
      .gather(['north', 'south'], 'select 1 / 0', { failOnError: true })
      .catch((error: unknown) => error);
    expect(isDblinkError(failing) && failing.sqlState).toBe('22012');
    const stopped = await db
      .gather(['north', 'south', 'west'], 'select pg_sleep(60)', { signal: AbortSignal.timeout(100), maxParallel: 2 })
      .catch((error: unknown) => error);
    expect(isDblinkError(stopped) && stopped.sqlState).toBe('57014');
    expect((await db.gather(['north', 'south', 'west'], 'select 1')).rows).toHaveLength(3);
    const running = "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active'";
    expect((await cluster.psql(`${running} and pid <> pg_backend_pid()`))[0]?.rows).toEqual([['0']]);
  });
});

describe('ledger', () => {
  it('counts statements, rows, bytes, round trips and time, and starts again', async () => {
    await db.resetLedger();
    await db.dblink('north', "select repeat('x', 1000) from generate_series(1, 100)");
    await db.dblink('north', 'select 1/0', false);
    await db.exec('north', 'set a.b = 1; set a.c = 2');
    await db.dblink(cluster.conninfo(), 'select 1 from generate_series(1, 7)');
    const entries = await db.ledger();
    expect(entries.map(({ connection, kind, rows }) => [connection, kind, rows])).toEqual([
      ['north', 'named', 100],
      ['south', 'named', 0],
      ['west', 'named', 0],
      [undefined, 'temporary', 7],
    ]);
    const [north, south] = entries;
    expect(north).toMatchObject({ statements: 4, errors: 1, roundTrips: 3 });
    expect(north?.bytesReceived).toBeGreaterThan(100 * 1000);
    expect(north?.bytesReceived).toBeLessThan(110 * 1000);
    expect(north?.bytesSent).toBeGreaterThan(80);
    expect(north?.milliseconds).toBeGreaterThan(0);
    expect(south).toMatchObject({ statements: 0, errors: 0, rows: 0, bytesReceived: 0, bytesSent: 0, roundTrips: 0 });
    await db.resetLedger();
    expect((await db.ledger()).map(({ statements, bytesReceived }) => [statements, bytesReceived])).toEqual(
      Array.from({ length: 4 }, () => [0, 0]),
    );
  });
});

describe('explain', () => {
  beforeEach(async () => {
    await db.exec('north', 'create temp table t (a int)');
  });

  const failure = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);
  const count = async (): Promise<unknown> => (await db.dblink('north', 'select count(*) from t')).rows[0]?.[0];

  it('gives the plan, in any format', async () => {
    expect((await db.explain('north', 'select * from t where a = 1;'))[0]).toMatch(/^Seq Scan on t /);
    expect(await db.explain('north', 'insert into t values (1)', { format: 'json' })).toMatchObject([
      expect.stringContaining('"Operation": "Insert"'),
    ]);
    expect((await db.explain('north', 'select a from t -- done', { verbose: true })).join('\n')).toContain('Output: a');
    expect(await count()).toBe('0');
  });

  it('with ANALYZE executes, and writes only where that is said', async () => {
    const options = { analyze: true, buffers: true } as const;
    expect((await db.explain('north', 'select * from t', options)).join('\n')).toContain('actual time');
    await cluster.psql('create table kept (a int); create sequence counter');
    const writes = [
      'insert into kept values (1)',
      'with new as (insert into kept values (1) returning a) select * from new',
      "select nextval('public.counter')",
    ];
    for (const sql of writes) {
      expect(await failure(db.explain('north', sql, options))).toMatchObject({
        sqlState: '25006',
        hint: 'ANALYZE executes the statement. Say allow_writes if it shall write.',
      });
    }
    expect((await db.explain('north', 'insert into kept values (1)', { ...options, allowWrites: true }))[0]).toMatch(
      /^Insert on kept/,
    );
    expect((await cluster.psql('select count(*) from kept'))[0]?.rows).toEqual([['1']]);
  });

  it('with ANALYZE leaves an open transaction as it was', async () => {
    await cluster.psql('create table kept2 (a int)');
    await db.exec('north', 'begin; insert into kept2 values (1)');
    expect((await db.explain('north', 'select * from kept2 -- all', { analyze: true }))[0]).toContain('actual');
    await db.exec('north', 'insert into kept2 values (2); commit');
    expect((await cluster.psql('select count(*) from kept2'))[0]?.rows).toEqual([['2']]);
  });

  it.each(['select 1; select 2', "select 'open", 'select 1; /* x */ drop table t'])(
    'refuses what is not one statement: %s',
    async (sql) => {
      const refused = await failure(db.explain('north', sql));
      expect(isDblinkError(refused) && refused.sqlState).toBe('42601');
      expect(await count()).toBe('0');
    },
  );
});

describe('remote notices', () => {
  it('are events with every field and the name of their connection', async () => {
    await db.connect(cluster.conninfo());
    const raise = (text: string): string =>
      `do $$ begin raise notice using message = '${text}', detail = 'd', hint = 'h', errcode = '01234',
        schema = 's', table = 't', column = 'c', datatype = 'y', constraint = 'k'; end $$`;
    await db.exec('north', raise('one'));
    await db.exec(raise('two'));
    await db.exec('south', 'do $$ begin raise warning $w$three$w$; end $$');
    expect(remoteNotices).toMatchObject([
      {
        connection: 'north',
        severity: 'NOTICE',
        sqlState: '01234',
        message: 'one',
        detail: 'd',
        hint: 'h',
        schema: 's',
        table: 't',
        column: 'c',
        dataType: 'y',
        constraint: 'k',
        context: expect.stringContaining('inline_code_block'),
        file: 'pl_exec.c',
        routine: 'exec_stmt_raise',
      },
      { connection: undefined, message: 'two' },
      { connection: 'south', severity: 'WARNING', message: 'three' },
    ]);
    expect(notices).toEqual([]);
  });
});

it('says 42501 where the egress policy of the embedder refused every address', async () => {
  const egress = { networks: ['loopback'], ports: [cluster.port] };
  const bounded = createDblink({ connect: (conninfo, request) => connect(conninfo, { ...request, egress }) });
  expect(await bounded.connect('n', cluster.conninfo())).toBe('OK');
  const refused = await bounded.connect('x', 'host=10.255.255.1,127.0.0.1 port=1').catch((error: unknown) => error);
  expect(refused).toMatchObject({
    sqlState: '42501',
    message: 'connection not allowed by the egress policy',
    detail: expect.stringMatching(
      /"10\.255\.255\.1", port 1 failed: not allowed.*\n.*"127\.0\.0\.1", port 1 failed: not allowed/,
    ),
  });
  expect(await bounded.getConnections()).toEqual(['n']);
  bounded.end();
});
