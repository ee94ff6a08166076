import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import {
  type Call,
  cancelStatement,
  checkForInterrupts,
  currentUserId,
  databaseEncoding,
  executeSql,
  foreignServer,
  isSuperuser,
  openRelation,
  requireServerUsage,
  roleName,
  setting,
  statementDeadline,
  statementStart,
  userMappingOptions,
  withSettings,
} from '../src/index.ts';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;

const shown = (call: Call, value: unknown): void => call.returnText(JSON.stringify(value) ?? 'undefined');

/** json columns are read as text, so that what a body wrote is parsed here. */
const json = async (sql: string): Promise<unknown> => JSON.parse(String(await engine.value(sql)));

beforeAll(async () => {
  engine = await openEngine({
    whoami: {
      sql: 'whoami() RETURNS text',
      body: (call) => {
        const role = currentUserId(call.engine);
        shown(call, [roleName(call.engine, role), isSuperuser(call.engine), databaseEncoding(call.engine)]);
      },
    },
    superuser: {
      sql: 'superuser(oid) RETURNS bool',
      body: (call) => call.returnBool(isSuperuser(call.engine, call.oid(0))),
    },
    name_of: { sql: 'name_of(oid) RETURNS text', body: (call) => call.returnText(roleName(call.engine, call.oid(0))) },
    server: {
      sql: 'server(text) RETURNS text',
      body: (call) => shown(call, foreignServer(call.engine, call.text(0)) ?? null),
    },
    mapping: {
      sql: 'mapping(text) RETURNS text',
      body: (call) => {
        const found = foreignServer(call.engine, call.text(0));
        if (found === undefined) return;
        requireServerUsage(call.engine, found);
        shown(call, userMappingOptions(call.engine, currentUserId(call.engine), found));
      },
    },
    relation: {
      sql: 'relation(text) RETURNS text',
      body: (call) =>
        openRelation(call.engine, call.text(0), ({ oid: _, attributes, ...rest }) =>
          shown(call, { ...rest, attributes: attributes.map(({ name, dropped }) => (dropped ? null : name)) }),
        ),
    },
    setting_of: {
      sql: 'setting_of(text) RETURNS text',
      body: (call) => shown(call, setting(call.engine, call.text(0)) ?? null),
    },
    with_style: {
      sql: 'with_style(text, text) RETURNS text',
      body: (call) =>
        withSettings(call.engine, { DateStyle: call.text(0), IntervalStyle: 'iso_8601' }, () => {
          if (call.text(1) === 'throw') throw new Error('inside');
          shown(call, executeSql(call.engine, call.text(1)).rows);
        }),
    },
    with_caught: {
      sql: 'with_caught() RETURNS text',
      body: (call) => {
        try {
          withSettings(call.engine, { DateStyle: 'German' }, () => {
            throw new Error('mine');
          });
        } catch {
          call.returnText(setting(call.engine, 'DateStyle') ?? '');
        }
      },
    },
    run: {
      sql: 'run(text, boolean) RETURNS text',
      body: (call) => shown(call, executeSql(call.engine, call.text(0), { readOnly: call.bool(1) })),
    },
    cancel: {
      sql: 'cancel(text) RETURNS void',
      body: (call) => {
        checkForInterrupts(call.engine);
        cancelStatement(call.engine, call.text(0) === 'user' ? 'user request' : 'statement timeout');
      },
    },
    deadline: {
      sql: 'deadline() RETURNS text',
      body: (call) => shown(call, [statementStart(call.engine), statementDeadline(call.engine) ?? null]),
    },
  });
  await engine.pg.exec(`
    CREATE ROLE joe;
    CREATE SCHEMA s; CREATE SCHEMA "S 2";
    CREATE TABLE keyed (a int, "B b" text, gone int, c numeric, PRIMARY KEY (c, "B b"));
    ALTER TABLE keyed DROP gone;
    CREATE TABLE "S 2"."T t" (x int);
    CREATE VIEW looked AS SELECT 1 AS one;
    CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true');
    CREATE SERVER srv FOREIGN DATA WRAPPER w OPTIONS (host 'h''h', dbname '');
    CREATE SERVER bare FOREIGN DATA WRAPPER w;
    CREATE USER MAPPING FOR PUBLIC SERVER srv OPTIONS (user 'anybody');
    CREATE USER MAPPING FOR joe SERVER srv OPTIONS (user 'joe', password 'p');`);
});

afterEach(async () => {
  await engine.pg.exec('RESET ROLE; RESET statement_timeout; RESET DateStyle; RESET search_path');
  expect(await engine.value('SELECT 1 + 1')).toBe(2);
});

afterAll(() => engine.pg.close());

test('the current role is the caller: after SET ROLE, and in SECURITY DEFINER functions', async () => {
  expect(await engine.value('SELECT whoami()')).toBe('["postgres",true,"UTF8"]');
  await engine.pg.exec(`
    CREATE FUNCTION definer() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT whoami()';
    SET ROLE joe`);
  expect(await engine.value('SELECT whoami()')).toBe('["joe",false,"UTF8"]');
  expect(await engine.value('SELECT definer()')).toBe('["postgres",true,"UTF8"]');
});

test('roles are looked up by OID', async () => {
  const roles = `SELECT superuser(oid) FROM pg_roles WHERE rolname IN ('joe', 'postgres') ORDER BY rolname`;
  expect(await engine.values(roles)).toEqual([false, true]);
  expect(await engine.error('SELECT name_of(12345678)')).toMatchObject({
    code: '42704',
    message: 'invalid role OID: 12345678',
  });
});

test('foreign servers come with the options of server and wrapper', async () => {
  expect(await json(`SELECT server('srv')`)).toEqual({
    oid: await engine.value(`SELECT oid::int FROM pg_foreign_server WHERE srvname = 'srv'`),
    name: 'srv',
    options: [
      { name: 'host', value: "h'h" },
      { name: 'dbname', value: '' },
    ],
    wrapperOid: await engine.value(`SELECT oid::int FROM pg_foreign_data_wrapper WHERE fdwname = 'w'`),
    wrapperName: 'w',
    wrapperOptions: [{ name: 'debug', value: 'true' }],
  });
  expect(await json(`SELECT server('bare')`)).toMatchObject({ options: [] });
  expect(await json(`SELECT server('SRV')`)).toBeNull();
});

test('a server name is cut to 63 bytes, whole characters only', async () => {
  const ascii = 'n'.repeat(70);
  const wide = `${'n'.repeat(62)}äb`;
  await engine.pg.exec(
    `CREATE SERVER "${ascii}" FOREIGN DATA WRAPPER w; CREATE SERVER "${wide}" FOREIGN DATA WRAPPER w`,
  );
  expect(await json(`SELECT server('${ascii}')`)).toMatchObject({ name: 'n'.repeat(63) });
  expect(await json(`SELECT server('${wide}')`)).toMatchObject({ name: 'n'.repeat(62) });
});

test("the role's own user mapping goes before PUBLIC's; USAGE is asked for; none is an error", async () => {
  expect(await json(`SELECT mapping('srv')`)).toEqual([{ name: 'user', value: 'anybody' }]);
  expect(await engine.error(`SELECT mapping('bare')`)).toMatchObject({
    code: '42704',
    message: 'user mapping not found for user "postgres", server "bare"',
  });
  await engine.pg.exec('SET ROLE joe');
  expect(await engine.error(`SELECT mapping('srv')`)).toMatchObject({
    code: '42501',
    message: 'permission denied for foreign server srv',
  });
  await engine.pg.exec('RESET ROLE; GRANT USAGE ON FOREIGN SERVER srv TO joe; SET ROLE joe');
  expect(await json(`SELECT mapping('srv')`)).toEqual([
    { name: 'user', value: 'joe' },
    { name: 'password', value: 'p' },
  ]);
});

test('relations are found by their name as SQL reads it', async () => {
  const keyed = {
    name: 'keyed',
    schema: 'public',
    qualifiedName: 'keyed',
    attributes: ['a', 'B b', null, 'c'],
    primaryKey: [4, 2],
  };
  for (const name of ['keyed', 'KEYED', ' public . keyed ', '"public"."keyed"', 'postgres.public.keyed']) {
    expect(await json(`SELECT relation('${name}')`)).toEqual(keyed);
  }
  expect(await json(`SELECT relation('"S 2"."T t"')`)).toEqual({
    name: 'T t',
    schema: 'S 2',
    qualifiedName: '"S 2"."T t"',
    attributes: ['x'],
    primaryKey: [],
  });
  expect(await json(`SELECT relation('looked')`)).toMatchObject({ name: 'looked' });
  await engine.pg.exec('SET search_path = s');
  expect(await json(`SELECT public.relation('public.keyed')`)).toMatchObject({ qualifiedName: 'public.keyed' });
});

test.each([
  ['nope', '42P01', 'relation "nope" does not exist'],
  ['s.nope', '42P01', 'relation "s.nope" does not exist'],
  ['nowhere.keyed', '3F000', 'schema "nowhere" does not exist'],
  ['a.b.c.d', '42601', 'improper relation name (too many dotted names): a.b.c.d'],
  ['other.public.keyed', '0A000', 'cross-database references are not implemented: "other.public.keyed"'],
  ['', '42602', 'invalid name syntax'],
  ['keyed_pkey', '42809', 'cannot open relation "keyed_pkey"'],
])('relation %s is an error in the words of the engine', async (name, code, message) => {
  expect(await engine.error(`SELECT relation('${name}')`)).toMatchObject({ code, message });
});

test('a role without SELECT is refused by the kind of relation', async () => {
  await engine.pg.exec('SET ROLE joe');
  const refused = { keyed: 'table keyed', looked: 'view looked', '"S 2"."T t"': 'schema S 2' };
  for (const [name, what] of Object.entries(refused)) {
    expect(await engine.error(`SELECT relation('${name}')`)).toMatchObject({
      code: '42501',
      message: `permission denied for ${what}`,
    });
  }
});

test('settings are read as text', async () => {
  expect(await json(`SELECT setting_of('DateStyle')`)).toBe('ISO, MDY');
  expect(await json(`SELECT setting_of('no.such')`)).toBeNull();
  expect(await json(`SELECT setting_of('work_mem')`)).toBe(
    await engine.value(`SELECT setting FROM pg_settings WHERE name = 'work_mem'`),
  );
});

test('settings hold inside the body and are put back on return, on error and on an exception that was caught', async () => {
  const styles = `SELECT current_setting('DateStyle') || '; ' || current_setting('IntervalStyle')`;
  const dates = `SELECT with_style('SQL, DMY', $$SELECT '2020-02-03'::date, '1 day'::interval$$)`;
  expect(await json(dates)).toEqual([['03/02/2020', 'P1D']]);
  expect(await engine.value(styles)).toBe('ISO, MDY; postgres');
  expect((await engine.error(`SELECT with_style('SQL, DMY', 'throw')`)).message).toBe('inside');
  expect(await engine.value(styles)).toBe('ISO, MDY; postgres');
  expect((await engine.error(`SELECT with_style('SQL, DMY', 'SELECT 1/0')`)).code).toBe('22012');
  expect(await engine.value(styles)).toBe('ISO, MDY; postgres');
  expect(await engine.value('SELECT with_caught()')).toBe('ISO, MDY');
  expect((await engine.error(`SELECT with_style('nonsense', 'SELECT 1')`)).code).toBe('22023');
  expect(await engine.value(styles)).toBe('ISO, MDY; postgres');
});

test('settings are put back when a handler catches the error inside the transaction', async () => {
  const seen = await engine.notices(`DO $$ BEGIN
    PERFORM with_style('SQL, DMY', 'SELECT 1/0');
    EXCEPTION WHEN division_by_zero THEN RAISE NOTICE '%', current_setting('DateStyle'); END $$`);
  expect(seen.map(({ message }) => message)).toEqual(['ISO, MDY']);
});

test('SQL runs inside the statement, read-only unless asked otherwise', async () => {
  expect(await json(`SELECT run($$SELECT 1 AS a, NULL AS b UNION ALL SELECT 2, 'x'$$, true)`)).toEqual({
    processed: 2,
    columns: ['a', 'b'],
    rows: [
      ['1', null],
      ['2', 'x'],
    ],
  });
  expect(await engine.error(`SELECT run('CREATE TABLE made ()', true)`)).toMatchObject({ code: '0A000' });
  expect(await json(`SELECT run('CREATE TABLE made ()', false)`)).toEqual({ processed: 0, columns: [], rows: [] });
  expect(await engine.value(`SELECT to_regclass('made') IS NOT NULL`)).toBe(true);
  expect(await engine.error(`SELECT run('BEGIN', false)`)).toMatchObject({
    code: 'XX000',
    message: 'SPI_execute failed: SPI_ERROR_TRANSACTION',
  });
});

test('a statement is cancelled with the texts of the engine', async () => {
  expect(await engine.error(`SELECT cancel('user')`)).toMatchObject({
    code: '57014',
    message: 'canceling statement due to user request',
  });
  expect(await engine.error(`SELECT cancel('timeout')`)).toMatchObject({
    code: '57014',
    message: 'canceling statement due to statement timeout',
  });
});

test('the deadline is the start of the statement and statement_timeout', async () => {
  expect(await json('SELECT deadline()')).toEqual([expect.any(Number), null]);
  await engine.pg.exec(`SET statement_timeout = '1min'`);
  const before = Date.now();
  const [start = 0, deadline = 0] = (await json('SELECT deadline()')) as number[];
  expect(deadline - start).toBe(60_000);
  expect(start).toBeGreaterThanOrEqual(before - 1);
  expect(start).toBeLessThanOrEqual(Date.now());
});
