import { readFileSync } from 'node:fs';
import { availableVersions, type Cluster, startChoppingProxy, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { sessionsByLibpq } from '../../connstring/test/libpq.ts';
import { type Connection, isConnectError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import type { Outcome } from './psql-oracle.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function attempt(conninfo: string): Promise<Outcome> {
  try {
    const connection = await connect(conninfo);
    await connection.close();
    return { connected: connection.tls ? 'tls' : 'plain' };
  } catch (error) {
    if (!isConnectError(error)) throw error;
    return { refused: error.message };
  }
}

/** Ours in order; where this machine has libpq 18, its outcomes must be the same, word for word. */
async function compare(conninfos: readonly string[]): Promise<readonly Outcome[]> {
  const ours: Outcome[] = [];
  for (const conninfo of conninfos) ours.push(await attempt(conninfo));
  const theirs = await sessionsByLibpq(conninfos);
  if (!('missing' in theirs)) expect(ours).toEqual(theirs);
  return ours;
}

async function shown(connection: Connection, setting: string): Promise<unknown> {
  const { rows } = await connection.execute('select current_setting($1) as value', [setting]);
  return rows[0]?.['value'];
}

describe.each(availableVersions())('PostgreSQL %i', (version) => {
  let cluster: Cluster;

  beforeAll(async () => {
    const hba = ['host replication postgres 127.0.0.1/32 trust', 'host all saslprep all scram-sha-256'];
    cluster = await startCluster({ version, hba });
    await cluster.psql("create role saslprep login password U&'\\2168 \\00E9'");
  });

  afterAll(() => cluster.stop());

  describe('where to', () => {
    test('a unix socket, by folder and by default folder; TLS is never asked for there', async () => {
      const there = { port: String(cluster.port), user: 'postgres', dbname: 'postgres' };
      await using byHost = await connect({ ...there, host: cluster.socketDir, sslmode: 'require' });
      expect(byHost.peer).toEqual({ kind: 'unix', path: `${cluster.socketDir}/.s.PGSQL.${cluster.port}` });
      expect(byHost.tls).toBe(false);
      await using byDefault = await connect(there, { socketDirectory: cluster.socketDir });
      expect(byDefault.peer.kind).toBe('unix');
      const path = `host=${cluster.socketDir} port=1 user=postgres`;
      expect(await compare([path])).toEqual([
        { refused: expect.stringMatching(/^connection to server on socket ".*" failed: No such file or directory/) },
      ]);
    });

    test('several hosts: those that cannot be reached are passed over, one that refuses is not', async () => {
      const list = (hosts: string, ports: string, rest = ''): string =>
        `host=${hosts} port=${ports} user=postgres dbname=postgres sslmode=disable ${rest}`;
      const [first, second, third, fourth] = await compare([
        list('127.0.0.1,127.0.0.1', `1,${cluster.port}`),
        list(`/nowhere,127.0.0.1,127.0.0.1`, `5432,1,${cluster.port}`),
        list('127.0.0.1,127.0.0.1', `${cluster.port},${cluster.port}`, 'dbname=nowhere'),
        list('a.invalid,127.0.0.1', `5432,${cluster.port}`, 'hostaddr=127.0.0.2,127.0.0.1'),
      ]);
      expect([first, second]).toEqual([{ connected: 'plain' }, { connected: 'plain' }]);
      expect(third && 'refused' in third && third.refused.split('\n')).toHaveLength(1);
      expect(fourth).toEqual({ connected: 'plain' });
    });

    test('environment: only when the host asks for it', async () => {
      vi.stubEnv('PGHOST', cluster.host);
      vi.stubEnv('PGPORT', String(cluster.port));
      vi.stubEnv('PGUSER', 'postgres');
      vi.stubEnv('PGDATABASE', 'postgres');
      vi.stubEnv('PGAPPNAME', 'from the environment');
      vi.stubEnv('PGTZ', 'Asia/Tokyo');
      vi.stubEnv('PGPASSFILE', '/nonexistent/none');
      await using connection = await connect('', { environment: 'libpq' });
      expect(connection.peer).toMatchObject({ host: cluster.host, port: cluster.port });
      expect(connection.serverParameters.get('application_name')).toBe('from the environment');
      expect(connection.serverParameters.get('TimeZone')).toBe('Asia/Tokyo');
      const unasked = await connect(`port=${cluster.port}`, { socketDirectory: '/nonexistent' }).catch(String);
      expect(unasked).toContain('/nonexistent/.s.PGSQL');
    });
  });

  describe('what the start-up packet brings', () => {
    const sessions: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
      ['application_name', { application_name: "it's me" }, 'application_name', "it's me"],
      ['fallback_application_name', { fallback_application_name: 'spare' }, 'application_name', 'spare'],
      [
        'application_name before its fallback',
        { application_name: 'a', fallback_application_name: 'b' },
        'application_name',
        'a',
      ],
      ['options', { options: '-c geqo=off -c work_mem=5MB' }, 'work_mem', '5MB'],
      ['options with spaces', { options: '-c application_name=two\\ words' }, 'application_name', 'two words'],
      ['client_encoding is UTF8 whatever is asked for', { client_encoding: 'LATIN1' }, 'client_encoding', 'UTF8'],
    ];
    for (const [name, options, setting, value] of sessions) {
      test(name, async () => {
        await using connection = await connect(cluster.conninfo(options));
        expect(await shown(connection, setting)).toBe(value);
      });
    }

    test('replication=database makes a walsender that also takes SQL', async () => {
      await using walsender = await connect(cluster.conninfo({ replication: 'database' }));
      const [system] = await walsender.query('IDENTIFY_SYSTEM');
      expect(system?.rows[0]).toMatchObject({ dbname: 'postgres', xlogpos: expect.stringContaining('/') });
      expect((await walsender.query('select 1 as n'))[0]?.rows).toEqual([{ n: 1 }]);
    });
  });

  describe('protocol versions', () => {
    const newest = version >= 18 ? '3.2' : '3.0';
    for (const [options, agreed] of [
      [{}, '3.0'],
      [{ max_protocol_version: '3.0' }, '3.0'],
      [{ max_protocol_version: '3.2' }, newest],
      [{ max_protocol_version: 'latest' }, newest],
      [{ min_protocol_version: '3.0', max_protocol_version: 'latest' }, newest],
    ] as const) {
      test(`${JSON.stringify(options)}: ${agreed}`, async () => {
        await using connection = await connect(cluster.conninfo(options));
        expect(connection.protocolVersion).toBe(agreed);
        expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
      });
    }

    test('min_protocol_version=3.2, word for word as libpq 18', async () => {
      const versions = { min_protocol_version: '3.2', max_protocol_version: '3.2', sslmode: 'disable' };
      const [outcome] = await compare([cluster.conninfo(versions)]);
      if (version >= 18) expect(outcome).toEqual({ connected: 'plain' });
      else
        expect(outcome && 'refused' in outcome && outcome.refused).toContain(
          'server only supports protocol version 3.0',
        );
    });
  });

  describe('TCP', () => {
    /** What Linux says of our socket: the seconds until its keepalive timer, or none. */
    async function keepaliveSeconds(conninfo: string): Promise<number | undefined> {
      await using connection = await connect(conninfo);
      const [result] = await connection.query('select client_port from pg_stat_activity where pid = pg_backend_pid()');
      const [local, remote] = [Number(result?.rows[0]?.['client_port']), cluster.port].map((port) =>
        `0100007F:${port.toString(16).padStart(4, '0')}`.toUpperCase(),
      );
      const line = readFileSync('/proc/net/tcp', 'utf8')
        .split('\n')
        .find((text) => text.includes(`${local} ${remote} 01`));
      const [, kind, jiffies = ''] = / ([0-9A-F]{2}):([0-9A-F]{8}) /.exec(line?.replace(/^.* 01 \S+/, '') ?? '') ?? [];
      return kind === '02' ? Number.parseInt(jiffies, 16) / 100 : undefined;
    }

    test.skipIf(process.platform !== 'linux')('keepalives and keepalives_idle [needs /proc/net/tcp]', async () => {
      const plain = { sslmode: 'disable' };
      expect(await keepaliveSeconds(cluster.conninfo({ ...plain, keepalives: '0' }))).toBeUndefined();
      const byDefault = (await keepaliveSeconds(cluster.conninfo(plain))) ?? 0;
      expect(byDefault).toBeGreaterThan(600);
      const idle = (await keepaliveSeconds(cluster.conninfo({ ...plain, keepalives_idle: '100' }))) ?? 0;
      expect(idle).toBeGreaterThan(60);
      expect(idle).toBeLessThanOrEqual(100);
    });

    test('socket options that are no integers are refused; those that Node cannot set are accepted', async () => {
      const keywords = ['keepalives', 'keepalives_idle', 'keepalives_interval', 'keepalives_count', 'tcp_user_timeout'];
      const bad = await compare(keywords.map((keyword) => cluster.conninfo({ sslmode: 'disable', [keyword]: '1x' })));
      for (const outcome of bad)
        expect('refused' in outcome && outcome.refused).toContain('invalid integer value "1x"');
      const good = cluster.conninfo(
        Object.fromEntries([...keywords.map((name) => [name, '5']), ['sslmode', 'disable']]),
      );
      expect(await compare([good])).toEqual([{ connected: 'plain' }]);
    });
  });

  test('SASLprep: passwords that are the same to RFC 4013 are the same to us and to libpq', async () => {
    // Roman numeral nine, its letters, a soft hyphen between them, a no-break space, e with a combining accent.
    const same = ['\u2168 \u00e9', 'IX \u00e9', 'I\u00adX \u00e9', 'IX\u00a0\u00e9', 'IX e\u0301'];
    const others = ['ix \u00e9', 'IX\u00e9', 'IX e'];
    const outcomes = await compare(
      [...same, ...others].map((password) => cluster.conninfo({ user: 'saslprep', password, sslmode: 'disable' })),
    );
    expect(outcomes.map((outcome) => 'connected' in outcome)).toEqual([
      ...same.map(() => true),
      ...others.map(() => false),
    ]);
  });

  test('a signal that has fired ends the attempt before it began', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(connect(cluster.conninfo(), { signal })).rejects.toThrow('too late');
  });
});

describe('connect_timeout', () => {
  test('counts for each host anew, and the third one is reached', async () => {
    await using cluster = await startCluster();
    await using silent = await startChoppingProxy(cluster, { toClient: { after: 0, ending: 'stall' } });
    const ports = [silent.port, silent.port, cluster.port].join();
    const conninfo = `host=127.0.0.1,127.0.0.1,127.0.0.1 port=${ports} user=postgres dbname=postgres sslmode=disable`;
    await using connection = await connect(`${conninfo} connect_timeout=2`);
    expect(connection.peer).toMatchObject({ port: cluster.port });
    const [refused] = await compare([
      `host=127.0.0.1,127.0.0.1 port=${silent.port},1 user=postgres sslmode=disable connect_timeout=2`,
    ]);
    expect(refused && 'refused' in refused && refused.refused).toMatch(/timeout expired\n.*Connection refused/);
  });
});
