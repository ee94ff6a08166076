import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type * as Built from '../src/index.ts';

const entry = new URL('../dist/index.js', import.meta.url);
const { converse, EngineError, startEngine }: typeof Built = await import(entry.href);

type Engine = Awaited<ReturnType<typeof startEngine>>;

const engines: Engine[] = [];
async function start(): Promise<Engine> {
  const engine = await startEngine();
  engines.push(engine);
  return engine;
}
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});

/** What a query says, a line each: rows joined by commas, tags, errors as SQLSTATE and message. */
async function say(engine: Engine, sql: string, data: AsyncIterable<Uint8Array> = nothing()): Promise<string[]> {
  const lines: string[] = [];
  await converse(engine).query(sql, {
    rowDescription: () => undefined,
    dataRow: (values) => lines.push(values.join(',')),
    commandComplete: (tag) => lines.push(tag),
    emptyQueryResponse: () => lines.push('empty'),
    errorResponse: ({ sqlState, message }) => lines.push(`${sqlState} ${message}`),
    noticeResponse: ({ message }) => lines.push(`notice ${message}`),
    notificationResponse: ({ channel, payload }) => lines.push(`${channel}: ${payload}`),
    copyIn: () => data,
    copyOut: (bytes) => lines.push(Buffer.from(bytes).toString().trimEnd()),
  });
  return lines;
}

async function* nothing(): AsyncIterable<Uint8Array> {
  yield new Uint8Array(0);
}

test('results, notices, errors and notifications come in their order', async () => {
  const engine = await start();
  expect(engine.parameters.get('server_encoding')).toBe('UTF8');
  expect(
    await say(engine, "select 1; do $$ begin raise notice 'n'; end $$; select 2, null; select 1/0; select 3"),
  ).toStrictEqual(['1', 'SELECT 1', 'notice n', 'DO', '2,', 'SELECT 1', '22012 division by zero']);
  expect(await say(engine, "listen c; notify c, 'p'")).toStrictEqual(['LISTEN', 'NOTIFY', 'c: p']);
  expect(await say(engine, '')).toStrictEqual(['empty']);
  expect(await say(engine, 'begin')).toStrictEqual(['BEGIN']);
  expect(engine.transactionStatus).toBe('T');
});

test('a copy is streamed, and a source that throws fails it', async () => {
  const engine = await start();
  async function* rows(): AsyncIterable<Uint8Array> {
    for (let count = 0; count < 200; count += 1) yield Buffer.from('1\tx\n'.repeat(5_000));
  }
  // biome-ignore lint/correctness/useYield: it fails before its first row
  async function* broken(): AsyncIterable<Uint8Array> {
    throw new Error('no more paper');
  }
  expect(await say(engine, 'create table t(a int, b text); copy t from stdin', rows())).toStrictEqual([
    'CREATE TABLE',
    'COPY 1000000',
  ]);
  expect(await say(engine, 'copy t from stdin', broken())).toStrictEqual([
    '57014 COPY from stdin failed: no more paper',
  ]);
  expect(await say(engine, 'copy (select b from t limit 2) to stdout')).toStrictEqual(['x', 'x', 'COPY 2']);
});

describe('cancel', () => {
  test.each([
    ['a sleep', 'select pg_sleep(60)'],
    ['rows on their way', "select repeat('x', 100) from generate_series(1, 100000000)"],
    ['a sort in files', 'select g from generate_series(1, 50000000) g order by md5(g::text)'],
  ])('ends %s', async (_name, sql) => {
    const engine = await start();
    const timer = setTimeout(() => engine.cancel(), 300);
    expect((await say(engine, sql)).at(-1)).toBe('57014 canceling statement due to user request');
    clearTimeout(timer);
    expect(await say(engine, 'select 1')).toStrictEqual(['1', 'SELECT 1']);
  });

  test('that comes too early or too late cancels nothing', async () => {
    const engine = await start();
    engine.cancel();
    expect(await say(engine, 'select 1')).toStrictEqual(['1', 'SELECT 1']);
    engine.cancel();
    expect(await say(engine, 'select pg_sleep(0.1), 2')).toStrictEqual([',2', 'SELECT 1']);
  });
});

test('recursion without end is an error of the statement, not the end of the engine', async () => {
  const engine = await start();
  await say(engine, "create function f(int) returns int language plpgsql as 'begin return f($1 + 1); end'");
  expect(await say(engine, 'select f(1)')).toStrictEqual(['54001 stack depth limit exceeded']);
  expect(await say(engine, 'select 1')).toStrictEqual(['1', 'SELECT 1']);
});

test('an engine that ends by itself says so, and every later query', async () => {
  const engine = await start();
  const running = say(engine, 'select pg_sleep(0.2)');
  // No message of the protocol: the engine takes it for the loss of synchronization, and ends.
  engine.send(Uint8Array.of(0x79, 0, 0, 0, 4));
  await running;
  const message = 'the embedded engine ended with status 1';
  await expect(say(engine, 'select 1').then(() => say(engine, 'select 1'))).rejects.toThrow(
    new EngineError('engine-lost', message),
  );
  await expect(say(engine, 'select 1')).rejects.toMatchObject({ code: 'engine-lost', message });
});

test('closing cancels what runs; later queries are refused; closing again does nothing', async () => {
  const engine = await start();
  const running = say(engine, 'select pg_sleep(60)');
  await engine.close();
  await expect(running.then(() => say(engine, 'select 1'))).rejects.toMatchObject({ code: 'closed' });
  await engine.close();
});

test('nothing keeps the process once the engine is closed', () => {
  const script = `
    import { startEngine } from ${JSON.stringify(entry.href)};
    const engine = await startEngine();
    await engine.close();
    console.log('closed');`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: fileURLToPath(new URL('.', entry)),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(output).toBe('closed\n');
});
