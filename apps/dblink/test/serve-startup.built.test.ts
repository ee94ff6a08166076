import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeSSLRequest, encodeStartupMessage, PROTOCOL_3_2 } from '@pg-dblink/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dblink, type Served, startServe } from './built.ts';
import { RawClient, withSession } from './raw-client.ts';

let server: Served;
beforeAll(async () => {
  server = await startServe([]);
});
afterAll(async () => {
  expect(await server.stop()).toMatchObject({ status: 0, stderr: '' });
});

const session = <T>(body: (client: RawClient) => Promise<T>, parameters: Record<string, string> = {}): Promise<T> =>
  withSession(server.port, body, parameters);

describe('start-up', () => {
  test('the line says that it answers: the very next query does', async () => {
    const other = await startServe();
    const client = await RawClient.start(other.port);
    expect(await client.query('select 1')).toStrictEqual([['1']]);
    await client.end();
    expect((await other.stop('SIGINT')).status).toBe(0);
  });

  test('encryption is declined, once each, and the session goes on', async () => {
    const client = await RawClient.open(server.port);
    const answers: string[] = [];
    const first = new Promise<void>((resolve) => {
      client.socket.removeAllListeners('data');
      client.socket.once('data', (chunk) => {
        answers.push(chunk.toString());
        resolve();
      });
    });
    client.write(encodeSSLRequest);
    await first;
    expect(answers).toStrictEqual(['N']);
    client.destroy();
  });

  test('protocol 3.2 has long keys; unknown options are negotiated away', async () => {
    const client = await RawClient.start(server.port, { '_pq_.unknown': '1' }, PROTOCOL_3_2);
    const negotiated = client.messages.find(({ type }) => type === 'NegotiateProtocolVersion');
    expect(negotiated).toMatchObject({ newestProtocolVersion: PROTOCOL_3_2, unsupportedOptions: ['_pq_.unknown'] });
    const key = client.messages.find(({ type }) => type === 'BackendKeyData');
    expect(key?.type === 'BackendKeyData' && key.secretKey.byteLength).toBe(32);
    await client.end();
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['another user', { user: 'alice' }, '28000', 'role "alice" does not exist'],
    ['no user', { user: '' }, '28000', 'no PostgreSQL user name specified in startup packet'],
    ['another database', { database: 'other' }, '3D000', 'database "other" does not exist'],
    [
      'another encoding',
      { client_encoding: 'LATIN1' },
      '22023',
      'invalid value for parameter "client_encoding": "LATIN1"',
    ],
    ['an unknown setting', { nix: '1' }, '42704', 'unrecognized configuration parameter "nix"'],
    ['a bad value', { datestyle: 'x' }, '22023', 'invalid value for parameter "DateStyle": "x"'],
    ['options that are none', { options: 'x' }, '42601', 'invalid command-line argument for server process: x'],
    [
      'replication',
      { replication: 'database' },
      '0A000',
      'replication connections are not supported by the embedded database',
    ],
  ])('%s is refused', async (_name, parameters, sqlState, message) => {
    const client = await RawClient.start(server.port, parameters);
    expect(client.lastError).toStrictEqual({ sqlState, message });
    await client.closed();
  });

  test('settings of the packet hold for the session, and for it only', async () => {
    const parameters = {
      application_name: "it's me",
      options: '-c datestyle=german --work-mem=2MB',
      TimeZone: 'Europe/Paris',
    };
    const shown =
      'select current_setting($$application_name$$), current_setting($$datestyle$$), current_setting($$work_mem$$), current_setting($$timezone$$)';
    expect(await session((client) => client.query(shown), parameters)).toStrictEqual([
      ["it's me", 'German, DMY', '2MB', 'Europe/Paris'],
    ]);
    expect(await session((client) => client.query(shown))).toStrictEqual([['', 'ISO, MDY', '4MB', 'UTC']]);
  });

  test('an old protocol is refused by name', async () => {
    const client = await RawClient.open(server.port);
    client.write((writer) => encodeStartupMessage(writer, { protocolVersion: 0x0002_0000, parameters: new Map() }));
    await client.closed();
    expect(client.lastError).toStrictEqual({
      sqlState: '0A000',
      message: 'unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
    });
  });

  test.each([
    ['a length that no packet has', [0x7f, 0xff, 0xff, 0xff]],
    ['no packet at all', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')]],
    ['a packet of nothing', [0, 0, 0, 8, 0, 3, 0, 0]],
  ])('%s ends that connection only', async (_name, bytes) => {
    const client = await RawClient.open(server.port);
    client.socket.write(Uint8Array.from(bytes));
    await client.closed();
    expect(await session((other) => other.query('select 1'))).toStrictEqual([['1']]);
  });
});

describe('ending', () => {
  test('SIGTERM tells the clients, and ends well', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dblink-serve-'));
    const other = await startServe(['--data', join(folder, 'data')], folder);
    const client = await RawClient.start(other.port);
    await client.query('create table t as select 1 as a');
    expect(await other.stop()).toMatchObject({ status: 0, stderr: '' });
    expect(client.lastError).toStrictEqual({
      sqlState: '57P01',
      message: 'terminating connection due to administrator command',
    });
    const again = await startServe(['--data', join(folder, 'data')], folder);
    const next = await RawClient.start(again.port);
    expect(await next.query('select a from t')).toStrictEqual([['1']]);
    await next.end();
    await again.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('an address in use is an error, with nothing left running', async () => {
    const { status, stdout, stderr } = await dblink(['serve', '--port', String(server.port)]);
    expect({ status, stdout }).toStrictEqual({ status: 1, stdout: '' });
    expect(stderr).toBe(`dblink: error: could not listen on 127.0.0.1:${server.port}: Address already in use\n`);
  });
});
