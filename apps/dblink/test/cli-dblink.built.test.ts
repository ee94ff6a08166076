import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticationUsers, type Cluster, startCluster, startFakeProcess, welcome } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink, sleep, startDblink, until } from './built.ts';

let cluster: Cluster;
let home: string;
beforeAll(async () => {
  cluster = await startCluster({ authenticationUsers: true });
  home = mkdtempSync(join(tmpdir(), 'dblink-remote-'));
});
afterAll(async () => {
  await cluster.stop();
  rmSync(home, { recursive: true, force: true });
});

const { user, password } = authenticationUsers['scram-sha-256'];
const rows = (conninfo: string): string => `select * from dblink('${conninfo}', 'select current_user') as t(who text)`;

describe('libpq’s environment counts for connection strings in SQL', () => {
  it('PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSWORD', async () => {
    const environment = {
      PGHOST: cluster.host,
      PGPORT: String(cluster.port),
      PGUSER: user,
      PGDATABASE: 'postgres',
      PGPASSWORD: password,
    };
    expect(await dblink(['-Atc', rows('application_name=x')], '', environment)).toMatchObject({
      status: 0,
      stdout: `${user}\n`,
      stderr: '',
    });
  });

  it('~/.pgpass, unless others may read it', async () => {
    const path = join(home, '.pgpass');
    writeFileSync(path, `${cluster.host}:*:*:${user}:${password}\n`, { mode: 0o600 });
    const sql = rows(cluster.conninfo({ user }));
    expect(await dblink(['-Atc', sql], '', { HOME: home })).toMatchObject({ status: 0, stdout: `${user}\n` });
    chmodSync(path, 0o644);
    const open = await dblink(['-Atc', sql], '', { HOME: home });
    expect(open).toMatchObject({ status: 1, stdout: '' });
    expect(open.stderr).toContain('could not establish connection');
  });
});

describe('secrets', () => {
  it('are in no output, whatever fails', async () => {
    const port = String(cluster.port);
    const strings = [
      cluster.conninfo({ user, password: 'sesame-wrong' }),
      `host=127.0.0.1 port=1 password=sesame-refused`,
      `postgresql://${user}:sesame-uri@127.0.0.1:${port}/postgres`,
      `host=127.0.0.1 port=${port} password=sesame-broken nonsense`,
      `host=127.0.0.1 port=${port} nonsense=1 password=sesame-unknown`,
      `host=h password=''sesame-open`,
      `postgresql://u:sesame-port@127.0.0.1:port/d`,
      `host=127.0.0.1 passfile=/etc/passwd password=sesame-file`,
    ];
    const script = ['\\set VERBOSITY verbose', '\\set SHOW_CONTEXT always', ...strings.map((text) => `${rows(text)};`)];
    const { stdout, stderr } = await dblink([], `${script.join('\n')}\n`);
    expect(stderr.match(/^ERROR:/gm)).toHaveLength(strings.length);
    // PostgreSQL itself shows the statement that a syntax error stands in; these have none.
    expect(stdout + stderr).not.toContain('sesame');
  });
});

describe('local files named in SQL', () => {
  it('are refused, unless --allow-local-files says otherwise', async () => {
    const path = join(home, 'passfile');
    writeFileSync(path, `*:*:*:*:${password}\n`, { mode: 0o600 });
    const sql = rows(cluster.conninfo({ user, passfile: path }));
    const refused = await dblink(['-Atc', sql]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('passfile');
    expect(await dblink(['--allow-local-files', '-Atc', sql])).toMatchObject({ status: 0, stdout: `${user}\n` });
  });
});

describe('Ctrl-C while a dblink function waits', () => {
  it.each([
    ['a query', (conninfo: string) => `select * from dblink('${conninfo}', 'select pg_sleep(60)') as t(a text)`],
    [
      'a command',
      (conninfo: string) => `select dblink_exec('${conninfo}', 'do $$ begin perform pg_sleep(60); end $$')`,
    ],
  ])('for %s: 57014, on both sides', async (_name, statement) => {
    const waiting =
      "select count(*) from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()";
    const asleep = async (): Promise<string> => (await cluster.psql(waiting))[0]?.rows[0]?.[0] ?? '';
    const running = startDblink(
      ['-v', 'VERBOSITY=sqlstate', '-c', statement(cluster.conninfo()), '-c', 'select 1'],
      '',
    );
    await until(async () => (await asleep()) === '1', 'the remote sleeps');
    running.process.kill('SIGINT');
    expect(await running.ended).toMatchObject({ status: 1, signal: null, stdout: '', stderr: 'ERROR:  57014\n' });
    await until(async () => (await asleep()) === '0', 'the remote sleeps no more');
  });

  it('ends the program also when the remote never answers the cancel request', async () => {
    const silent = await startFakeProcess({
      connections: [[...welcome(), { do: 'read message' }, { do: 'hang' }], [{ do: 'hang' }]],
    });
    try {
      const conninfo = `host=${silent.host} port=${silent.port} user=u dbname=d sslmode=disable`;
      const running = startDblink(['-c', '\\echo ready', '-c', rows(conninfo)], '');
      await until(() => running.output.stdout === 'ready\n', 'the program is ready');
      await sleep(1_000);
      running.process.kill('SIGINT');
      expect(await running.ended).toMatchObject({
        status: 1,
        signal: null,
        stderr: 'ERROR:  canceling statement due to user request\n',
      });
    } finally {
      await silent.stop();
    }
  });
});
