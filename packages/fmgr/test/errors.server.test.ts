import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Call, ereport, executeSql, type Level, SqlError } from '../src/index.ts';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;
const finallyRan: string[] = [];
const kept: Call[] = [];

const recurse = (depth: number): number => recurse(depth + 1) + 1;

beforeAll(async () => {
  engine = await openEngine({
    plain_error: {
      sql: 'plain_error() RETURNS int',
      body: () => {
        throw new TypeError('100% wrong: %s %d');
      },
    },
    thrown_string: {
      sql: 'thrown_string() RETURNS int',
      body: () => {
        throw 'just text';
      },
    },
    thrown_nothing: {
      sql: 'thrown_nothing() RETURNS int',
      body: () => {
        throw undefined;
      },
    },
    thrown_infinity: {
      sql: 'thrown_infinity() RETURNS int',
      body: () => {
        throw Number.POSITIVE_INFINITY;
      },
    },
    endless: { sql: 'endless() RETURNS int', body: (call) => call.returnInt4(recurse(0)) },
    keep: {
      sql: 'keep(int) RETURNS int',
      body: (call) => {
        kept.push(call);
        call.returnInt4(call.int4(0));
      },
    },
    promised: { sql: 'promised() RETURNS int', body: async () => undefined },
    all_fields: {
      sql: 'all_fields() RETURNS int',
      body: () => {
        throw new SqlError({
          sqlState: '08006',
          message: 'méssage %m',
          detail: 'a detail',
          hint: 'a hint',
          context: ['inner line', 'outer line'],
        });
      },
    },
    odd_state: {
      sql: 'odd_state(text) RETURNS int',
      body: (call) => {
        throw new SqlError({ sqlState: call.text(0), message: 'odd' });
      },
    },
    say: {
      sql: 'say(text) RETURNS int',
      body: (call) => {
        const level = call.text(0) as Level;
        ereport(call.engine, level, { message: `${level} 5%`, detail: 'd', hint: 'h', context: 'said here' });
        call.returnInt4(1);
      },
    },
    run_sql: {
      sql: 'run_sql(text) RETURNS text',
      body: (call) => {
        try {
          call.returnText(JSON.stringify(executeSql(call.engine, call.text(0)).rows));
        } finally {
          finallyRan.push(call.text(0));
        }
      },
    },
    swallow: {
      sql: 'swallow(text) RETURNS text',
      body: (call: Call) => {
        try {
          executeSql(call.engine, call.text(0));
        } catch {
          call.returnText('swallowed');
        }
      },
    },
    disguise: {
      sql: 'disguise(text) RETURNS text',
      body: (call: Call) => {
        try {
          executeSql(call.engine, call.text(0));
        } catch {
          throw new Error('disguised');
        }
      },
    },
  });
  await engine.pg.exec(`
    CREATE FUNCTION pl_calls(statement text) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN EXECUTE statement; RETURN 1; END $$;
    CREATE FUNCTION pl_catches(statement text) RETURNS text LANGUAGE plpgsql AS
      $$ BEGIN EXECUTE statement; RETURN 'no error'; EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;`);
});

// Whatever happened, the engine answers the next statement.
afterEach(async () => {
  expect(await engine.value('SELECT 1 + 1')).toBe(2);
});

afterAll(() => engine.pg.close());

test.each([
  ['plain_error()', '100% wrong: %s %d'],
  ['thrown_string()', 'just text'],
  ['thrown_nothing()', 'undefined'],
  ['thrown_infinity()', 'Infinity'],
  ['endless()', 'Maximum call stack size exceeded'],
])('an exception in the body of %s is an SQL error', async (call, message) => {
  expect(await engine.error(`SELECT ${call}`)).toEqual({
    code: 'XX000',
    message,
    detail: undefined,
    hint: undefined,
    where: undefined,
  });
});

test('an asynchronous body is refused: its statement would be over before it', async () => {
  expect(await engine.error('SELECT promised()')).toMatchObject({
    code: 'XX000',
    message: 'the body of function promised returned a promise',
  });
});

test('a call that is over reads nothing any more', async () => {
  expect(await engine.value('SELECT keep(5)')).toBe(5);
  expect(() => kept[0]?.int4(0)).toThrow('the call of function keep is over');
  expect(() => kept[0]?.nargs).toThrow(SqlError);
});

test('SqlError carries every field, and the lines of callers follow its context', async () => {
  expect(await engine.error('SELECT all_fields()')).toEqual({
    code: '08006',
    message: 'méssage %m',
    detail: 'a detail',
    hint: 'a hint',
    where: 'inner line\nouter line',
  });
  expect((await engine.error(`SELECT pl_calls('SELECT all_fields()')`)).where).toBe(
    [
      'inner line',
      'outer line',
      'SQL statement "SELECT all_fields()"',
      'PL/pgSQL function pl_calls(text) line 1 at EXECUTE',
    ].join('\n'),
  );
});

test.each(['', '0', '123456', 'not a state'])('a state of another length (%s) is XX000', async (state) => {
  expect(await engine.error(`SELECT odd_state('${state}')`)).toMatchObject({ code: 'XX000', message: 'odd' });
});

test('a state is passed on as it is', async () => {
  expect(await engine.error(`SELECT odd_state('U0001')`)).toMatchObject({ code: 'U0001' });
});

test.each([
  ['NOTICE', '00000'],
  ['WARNING', '01000'],
  ['INFO', '00000'],
])('a %s reaches the client and the body goes on', async (level, code) => {
  expect(await engine.notices(`SELECT say('${level}')`)).toEqual([
    expect.objectContaining({
      severity: level,
      code,
      message: `${level} 5%`,
      detail: 'd',
      hint: 'h',
      where: 'said here',
    }),
  ]);
});

test('messages below client_min_messages stay away', async () => {
  expect(await engine.notices(`SELECT say('DEBUG1')`)).toEqual([]);
  expect(await engine.notices(`SET client_min_messages = error; SELECT say('WARNING')`)).toEqual([]);
  await engine.pg.exec('RESET client_min_messages');
});

test('ereport at ERROR is an error', async () => {
  expect(await engine.error(`SELECT say('ERROR')`)).toMatchObject({ code: 'XX000', where: 'said here' });
});

test('an engine error below a body passes through it, and finally blocks run', async () => {
  finallyRan.length = 0;
  expect(await engine.error(`SELECT run_sql('SELECT 1/0')`)).toMatchObject({
    code: '22012',
    message: 'division by zero',
    where: 'SQL statement "SELECT 1/0"',
  });
  expect(finallyRan).toEqual(['SELECT 1/0']);
});

test('an engine error cannot be swallowed or disguised', async () => {
  expect(await engine.error(`SELECT swallow('SELECT 1/0')`)).toMatchObject({ code: '22012' });
  expect(await engine.error(`SELECT disguise('SELECT 1/0')`)).toMatchObject({ code: '22012' });
  expect(await engine.value(`SELECT swallow('SELECT 1') IS NULL`)).toBe(true);
});

test('PL/pgSQL handlers catch both kinds, also below another body', async () => {
  expect(await engine.value(`SELECT pl_catches('SELECT plain_error()')`)).toBe('XX000 100% wrong: %s %d');
  expect(await engine.value(`SELECT pl_catches('SELECT all_fields()')`)).toBe('08006 méssage %m');
  expect(await engine.value(`SELECT pl_catches($$SELECT run_sql('SELECT 1/0')$$)`)).toBe('22012 division by zero');
  expect(await engine.value(`SELECT run_sql($$SELECT pl_catches('SELECT plain_error()')$$)`)).toBe(
    '[["XX000 100% wrong: %s %d"]]',
  );
  const nested = `SELECT swallow($a$SELECT pl_catches($b$SELECT swallow('SELECT 1/0')$b$)$a$) IS NULL`;
  expect(await engine.value(nested)).toBe(true);
});

test('endless recursion through bodies ends before the stack does', async () => {
  await engine.pg.exec(`
    CREATE FUNCTION pl_recurses() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN
        BEGIN PERFORM run_sql('SELECT pl_recurses()'); EXCEPTION WHEN division_by_zero THEN NULL; END;
        RETURN 1;
      END $$`);
  for (const sql of ['SELECT pl_recurses()', `SELECT pl_catches('SELECT pl_recurses()')`]) {
    const message = sql.includes('catches') ? await engine.value(sql) : (await engine.error(sql)).message;
    expect(message).toContain('stack depth limit exceeded');
  }
});

test('a stack that the engine exhausts below a body is an error of the body', async () => {
  await engine.pg.exec(`
    CREATE FUNCTION pl_endless() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;
    CREATE OR REPLACE FUNCTION pl_endless() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN pl_endless(); END $$`);
  for (let round = 0; round < 3; round += 1) {
    expect(await engine.error(`SELECT run_sql('SELECT pl_endless()')`)).toMatchObject({
      code: 'XX000',
      message: 'Maximum call stack size exceeded',
    });
    expect(await engine.value('SELECT 1 + 1')).toBe(2);
  }
});

test('a failed statement aborts its transaction like any other', async () => {
  await engine.pg.exec('BEGIN; CREATE TABLE gone (a int)');
  expect(await engine.error('SELECT plain_error()')).toMatchObject({ code: 'XX000' });
  expect(await engine.error('SELECT 1')).toMatchObject({ code: '25P02' });
  await engine.pg.exec('ROLLBACK');
  expect(await engine.value(`SELECT to_regclass('gone') IS NULL`)).toBe(true);
});

test('savepoints take errors back', async () => {
  await engine.pg.exec('BEGIN; SAVEPOINT s');
  await engine.error(`SELECT run_sql('SELECT 1/0')`);
  await engine.pg.exec('ROLLBACK TO s; COMMIT');
});

test('a thousand errors in a row leave nothing behind', async () => {
  const used = `SELECT sum(used_bytes)::float8 FROM pg_backend_memory_contexts`;
  await engine.pg.exec(`DO $$ BEGIN FOR i IN 1..100 LOOP PERFORM pl_catches('SELECT plain_error()'); END LOOP; END $$`);
  const before = Number(await engine.value(used));
  await engine.pg.exec(`DO $$ BEGIN FOR i IN 1..1000 LOOP PERFORM pl_catches('SELECT all_fields()'); END LOOP; END $$`);
  expect(Number(await engine.value(used)) - before).toBeLessThan(200_000);
});
