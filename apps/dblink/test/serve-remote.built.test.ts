import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeQuery } from '@pg-dblink/protocol';
import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasProgram, program, psqlVersion, type Served, sleep, startServe, until } from './built.ts';
import { RawClient } from './raw-client.ts';

// An older pg_dump does not read a newer server.
const hasDump = await hasProgram('pg_dump');
let remote: Cluster;
let server: Served;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dblink-remote-'));
  remote = await startCluster({
    version: hasDump ? Math.min(...availableVersions()) : Math.max(...availableVersions()),
  });
  server = await startServe(['--wait-timeout', '2'], folder);
});
afterAll(async () => {
  expect(await server.stop()).toMatchObject({ status: 0, stderr: '' });
  await remote.stop();
  rmSync(folder, { recursive: true, force: true });
});

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const remoteSessions = async (): Promise<string | null | undefined> =>
  (await remote.psql("select count(*) from pg_stat_activity where application_name = 'from the embedded one'"))[0]
    ?.rows[0]?.[0];

test('CancelRequest ends a wait for a remote query, here and there', async () => {
  const client = await RawClient.start(server.port);
  const sql = `select * from dblink(${quoted(remote.conninfo({ application_name: 'from the embedded one' }))}, 'select 1 from pg_sleep(60)') as t(a int)`;
  client.write((writer) => encodeQuery(writer, { sql }));
  await until(async () => (await remoteSessions()) === '1', 'the remote query runs');
  await client.cancel(server.port);
  expect(await client.ready()).toStrictEqual(['RowDescription', 'ErrorResponse 57014', 'ReadyForQuery I']);
  await until(async () => (await remoteSessions()) === '0', 'the remote query is gone');
  expect(await client.query('select 1')).toStrictEqual([['1']]);
  await client.end();
});

test.skipIf(psqlVersion === undefined)(
  'psql shows the CONTEXT that the C extension gives, and none of ours (needs psql)',
  async () => {
    const host = await startCluster({ extensions: ['dblink'] });
    try {
      await host.psql('create extension if not exists dblink');
      const script = `
      select dblink_connect('c', ${quoted(remote.conninfo())});
      select dblink_connect(${quoted(remote.conninfo())});
      select * from dblink('c', 'select 1/0') as t(a int);
      select * from dblink('select nothing_like_it') as t(a int);
      select dblink_exec('c', 'drop table nothing_like_it');
      do $$ begin perform dblink_open('c', 'cursor', 'selct'); end $$;
      select dblink_disconnect('c'), dblink_disconnect();`;
      const flags = ['-X', '-q', '-v', 'VERBOSITY=default', '-v', 'SHOW_CONTEXT=always'];
      const ours = await program('psql', [...server.psqlFlags, ...flags], script);
      const theirs = await program('psql', ['-d', host.conninfo(), ...flags], script);
      expect(ours.stderr).toContain('CONTEXT:  while executing query on dblink connection named "c"');
      expect(ours).toStrictEqual(theirs);
    } finally {
      await host.stop();
    }
  },
);

test('dblink connections of a client that is gone are closed', async () => {
  const conninfo = quoted(remote.conninfo({ application_name: 'from the embedded one' }));
  const client = await RawClient.start(server.port);
  await client.query(
    `select dblink_connect('named', ${conninfo}), dblink_connect(${conninfo}), dblink_connect('it''s', ${conninfo})`,
  );
  expect(await remoteSessions()).toBe('3');
  client.destroy();
  await until(async () => (await remoteSessions()) === '0', 'the connections are closed');
});

describe('a connection of the embedded database to itself', () => {
  test.each([
    ['an address', () => `host=127.0.0.1 port=${server.port} user=postgres`],
    ['a name', () => `host=localhost port=${server.port} user=postgres`],
    ['the other loopback', () => `host=::1 port=${server.port} user=postgres`],
    ['a socket', () => `host=${folder} port=${server.port} user=postgres`],
  ])('is refused at once by %s', async (_name, conninfo) => {
    const client = await RawClient.start(server.port);
    await expect(client.query(`select dblink_connect(${quoted(conninfo())})`)).rejects.toThrow(
      '08001: could not establish connection',
    );
    const error = client.messages.findLast((message) => message.type === 'ErrorResponse');
    expect(error?.type === 'ErrorResponse' && error.fields.detail).toContain('The embedded database itself listens at');
    expect(await client.query('select 1')).toStrictEqual([['1']]);
    await client.end();
  });

  test('through a proxy ends when the wait for its turn does, and names the holder', async () => {
    const proxy = createServer((socket) => {
      const onward = connect({ host: '127.0.0.1', port: server.port });
      socket.pipe(onward).pipe(socket);
      for (const end of [socket, onward]) end.on('error', () => undefined);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const client = await RawClient.start(server.port, { application_name: 'holder' });
    await expect(client.query(`select dblink_connect('host=127.0.0.1 port=${port} user=postgres')`)).rejects.toThrow(
      '08001',
    );
    const error = client.messages.findLast((message) => message.type === 'ErrorResponse');
    expect(error?.type === 'ErrorResponse' && error.fields.detail).toContain('("holder") has had it for longer');
    await client.end();
    proxy.close();
  });
});

describe('node-postgres', () => {
  test('queries, parameters, prepared statements, errors, cursors', async () => {
    const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    try {
      expect((await client.query('select $1::int + 1 as a, $2::text as b', [41, 'é'])).rows).toStrictEqual([
        { a: 42, b: 'é' },
      ]);
      for (let count = 0; count < 2; count += 1) {
        const named = { name: 'named', text: 'select $1::jsonb as j', values: [{ n: count }] };
        expect((await client.query(named)).rows).toStrictEqual([{ j: { n: count } }]);
      }
      await expect(client.query('select nix')).rejects.toMatchObject({ code: '42703', position: '8' });
      const cursor = client.query(new Cursor<{ g: number }>('select g from generate_series(1, 250) g'));
      const sizes: number[] = [];
      for (let rows = await cursor.read(100); rows.length > 0; rows = await cursor.read(100)) sizes.push(rows.length);
      expect(sizes).toStrictEqual([100, 100, 50]);
      await cursor.close();
      await client.query('begin');
      await client.query('create table moved as select * from generate_series(1, 10) g');
      await client.query('commit');
      const sql = `select sum(a)::int as sum from dblink(${quoted(remote.conninfo())}, 'select * from generate_series(1, 100)') as t(a int) join moved on g = a`;
      expect((await client.query(sql)).rows).toStrictEqual([{ sum: 55 }]);
    } finally {
      await client.end();
    }
  });
});

describe.skipIf(psqlVersion === undefined)(`psql (${psqlVersion ?? 'SKIPPED: no psql found'})`, () => {
  const psql = (argv: readonly string[], input = '') =>
    program('psql', [...server.psqlFlags, ...argv], input, { PGCLIENTENCODING: 'UTF8' });

  test('runs commands, scripts, copies and a dump', async () => {
    expect(await psql(['-Atc', 'select 1; select 2', '-c', 'select nix'])).toMatchObject({
      status: 1,
      stdout: '1\n2\n',
      stderr: 'ERROR:  column "nix" does not exist\nLINE 1: select nix\n               ^\n',
    });
    const script =
      'create table p(a int, b text);\ncopy p from stdin;\n1\teins\n2\tzwei\n\\.\nselect * from p;\n\\d p\n\\copy p to stdout\n';
    const copied = await psql(['-v', 'ON_ERROR_STOP=1'], script);
    expect(copied).toMatchObject({ status: 0, stderr: '' });
    expect(copied.stdout).toContain('COPY 2\n a |  b   \n---+------\n 1 | eins\n 2 | zwei\n(2 rows)\n');
    expect(copied.stdout).toContain('1\teins\n2\tzwei\n');
    expect(
      await psql([
        '-v',
        'ON_ERROR_STOP=1',
        '-Atc',
        "select count(*) from dblink($$dbname=x$$, 'select 1') as t(a int)",
      ]),
    ).toMatchObject({ status: 1 });
  });

  test.skipIf(!hasDump)(`restores a dump${hasDump ? '' : ' (SKIPPED: no pg_dump found)'}`, async () => {
    await remote.psql(`create table dumped(a serial primary key, b text not null, c numeric(10,2)[]);
      insert into dumped(b, c) select E'\\t\\\\é' || g, array[g, g / 3.0] from generate_series(1, 20000) g;
      create view dumped_view as select count(*), sum(a) from dumped`);
    const dump = await program('pg_dump', ['-d', remote.conninfo(), '-t', 'dumped', '-t', 'dumped_view']);
    expect(dump).toMatchObject({ status: 0, stderr: '' });
    expect(await psql(['-q', '-v', 'ON_ERROR_STOP=1'], dump.stdout)).toMatchObject({ status: 0, stderr: '' });
    const there = await remote.psql("select md5(string_agg(d::text, '|' order by a)) from dumped d");
    const here = await psql(['-Atc', "select md5(string_agg(d::text, '|' order by a)) from public.dumped d"]);
    expect(here.stdout.trim()).toBe(there[0]?.rows[0]?.[0]);
  });

  test('fetches by cursor, and is told of a refused encoding', async () => {
    expect(
      (await psql(['-At', '-v', 'FETCH_COUNT=1000', '-c', 'select count(*) from generate_series(1, 5)'])).stdout,
    ).toBe('5\n');
    expect(await psql(['-Atc', '\\encoding latin1', '-c', 'select 1'])).toMatchObject({ stdout: '1\n' });
    const refused = await program('psql', [...server.psqlFlags, '-c', 'select 1'], '', { PGCLIENTENCODING: 'LATIN1' });
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('FATAL:  invalid value for parameter "client_encoding": "LATIN1"');
  });

  test('a second psql is told that it waits', async () => {
    const first = await RawClient.start(server.port);
    const second = psql(['-Atc', 'select 2']);
    await sleep(500);
    await first.end();
    const { status, stdout, stderr } = await second;
    expect({ status, stdout }).toStrictEqual({ status: 0, stdout: '2\n' });
    expect(stderr).toMatch(
      /^NOTICE: {2}waiting for client 127\.0\.0\.1\(\d+\): the embedded database has one session\n$/,
    );
  });
});
