import { encodeBind, encodeExecute, encodeParse, encodeQuery, encodeSync } from '@pg-dblink/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, sleep, startServe } from './built.ts';
import { RawClient, withSession } from './raw-client.ts';

let server: Served;
beforeAll(async () => {
  server = await startServe(['--idle-in-transaction-timeout', '1']);
});
afterAll(async () => {
  expect(await server.stop()).toMatchObject({ status: 0, stderr: '' });
});

const session = <T>(body: (client: RawClient) => Promise<T>, parameters: Record<string, string> = {}): Promise<T> =>
  withSession(server.port, body, parameters);

describe('one client at a time', () => {
  test('a second one is told whom it waits for, and is served when that one goes', async () => {
    const first = await RawClient.start(server.port, { application_name: 'first' });
    const second = await RawClient.open(server.port);
    second.startup();
    await second.take(({ type }) => type === 'NoticeResponse');
    const notice = second.types(second.messages).at(-1);
    expect(notice).toMatch(
      /^NoticeResponse waiting for client 127\.0\.0\.1\(\d+\) \("first"\): the embedded database has one session$/,
    );
    await first.query('create temp table mine(a int)');
    await first.end();
    await second.take(({ type }) => type === 'ReadyForQuery');
    await expect(second.query('select * from mine')).rejects.toThrow('42P01');
    await second.end();
  });

  test('it is refused after the time-out, with the holder named', async () => {
    const other = await startServe(['--wait-timeout', '0.3']);
    const first = await RawClient.start(other.port);
    const second = await RawClient.start(other.port);
    expect(second.lastError).toStrictEqual({ sqlState: '53300', message: 'sorry, too many clients already' });
    const error = second.messages.at(-1);
    expect(error?.type === 'ErrorResponse' && error.fields.detail).toMatch(
      /^The embedded database has one session; client 127\.0\.0\.1\(\d+\) has had it for longer/,
    );
    await first.end();
    await other.stop();
  });

  test('one that vanishes in a transaction is rolled back, and leaves nothing', async () => {
    const first = await RawClient.start(server.port);
    await first.query('create table if not exists kept(a int)');
    await first.query("prepare p as select 1; set datestyle = 'german'; listen channel");
    await first.query('begin; insert into kept values (1); declare c cursor for select 1');
    first.destroy();
    await session(async (second) => {
      expect(await second.query('select count(*) from kept')).toStrictEqual([['0']]);
      await second.query('prepare p as select 2');
      expect(await second.query('show datestyle')).toStrictEqual([['ISO, MDY']]);
      expect(await second.query('select * from pg_listening_channels()')).toStrictEqual([]);
    });
  });

  test.each([
    [
      'while its statement runs',
      (client: RawClient) => client.write((writer) => encodeQuery(writer, { sql: 'select pg_sleep(60)' })),
    ],
    [
      'in the middle of a COPY',
      (client: RawClient) =>
        client.write((writer) =>
          encodeQuery(writer, { sql: 'copy (select 1) to stdout; create temp table t(a int); copy t from stdin' }),
        ),
    ],
    ['in the middle of an extended COPY', (client: RawClient) => client.extended('copy pg_temp.u from stdin')],
    ['before its Sync', (client: RawClient) => client.extended('select 1')],
    ['in the middle of a message', (client: RawClient) => client.socket.write(Uint8Array.of(0x51, 0, 0, 1, 0, 0x73))],
    [
      'with a slow result unread',
      (client: RawClient) => {
        client.socket.pause();
        client.write((writer) =>
          encodeQuery(writer, { sql: "select repeat('x', 1000) from generate_series(1, 1000000)" }),
        );
      },
    ],
  ])('one that vanishes %s does not keep the next one waiting', async (_name, act) => {
    const first = await RawClient.start(server.port);
    await first.query('create temp table u(a int)');
    act(first);
    await sleep(300);
    first.destroy();
    expect(await session((second) => second.query('select 1'))).toStrictEqual([['1']]);
  });

  test('a transaction that stands still is ended once somebody waits', async () => {
    const first = await RawClient.start(server.port);
    await first.query('begin');
    await sleep(1_300);
    expect(await first.query('select 1')).toStrictEqual([['1']]);
    expect(await session((second) => second.query('select 2'))).toStrictEqual([['2']]);
    await first.closed();
    expect(first.lastError).toStrictEqual({
      sqlState: '25P03',
      message: 'terminating connection due to idle-in-transaction timeout',
    });
  });

  test('batches of several clients never mix', async () => {
    const results = await Promise.all(
      Array.from({ length: 6 }, (_value, index) =>
        session(async (client) => {
          client.write((writer) => {
            encodeParse(writer, { name: 'same name', sql: `select ${index} + $1::int`, parameterTypes: [] });
            encodeSync(writer);
          });
          await client.ready();
          client.write((writer) => {
            encodeBind(writer, {
              portal: '',
              statement: 'same name',
              parameterFormats: [],
              parameters: ['100'],
              resultFormats: [],
            });
            encodeExecute(writer, { portal: '', maxRows: 0 });
            encodeSync(writer);
          });
          return client.types(await client.take(({ type }) => type === 'ReadyForQuery'));
        }),
      ),
    );
    for (const result of results)
      expect(result).toStrictEqual(['BindComplete', 'DataRow', 'CommandComplete SELECT 1', 'ReadyForQuery I']);
  });
});
