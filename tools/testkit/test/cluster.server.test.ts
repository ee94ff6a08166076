import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { authenticationUsers, availableVersions, clearWorkshop, findInstallation, startCluster } from '../src/index.ts';
import { eventually, holdings, isAlive, isFree, segmentOf } from './leftovers.ts';

const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';

afterAll(clearWorkshop);

describe('a cluster', () => {
  it('answers over TCP and the unix socket, and leaves nothing when stopped', async () => {
    const cluster = await startCluster({ extensions: ['dblink', 'postgres_fdw'], databases: ['r'] });
    const segment = onLinux ? segmentOf(cluster.dataDir) : '';
    const [version] = await cluster.psql('show server_version_num', 'r');
    expect(Math.floor(Number(version?.rows[0]?.[0]) / 10_000)).toBe(availableVersions()[0]);
    const remote = cluster.conninfo({ dbname: 'r', application_name: "it's" }).replaceAll("'", "''");
    const [row] = await cluster.psql(
      `select * from dblink('${remote}', 'select current_database(), current_setting(''application_name'')') t(d text, a text)`,
    );
    expect(row?.rows).toEqual([['r', "it's"]]);
    if (onLinux) expect(holdings().sharedSegments).toContain(segment);

    await cluster.stop();
    await cluster.stop();
    expect(isAlive(cluster.pid)).toBe(false);
    expect(await isFree(cluster.port)).toBe(true);
    expect(existsSync(cluster.socketDir)).toBe(false);
    expect(holdings().sharedSegments).not.toContain(segment);
  });

  it('started several at a time get ports and folders of their own', async () => {
    const clusters = await Promise.all([startCluster(), startCluster(), startCluster()]);
    expect(new Set(clusters.map(({ port }) => port)).size).toBe(3);
    expect(new Set(clusters.map(({ socketDir }) => socketDir)).size).toBe(3);
    await Promise.all(clusters.map((cluster) => cluster.stop()));
  });

  it('killed as by a crash leaves no process, segment or folder once stopped', async () => {
    const cluster = await startCluster();
    const segment = onLinux ? segmentOf(cluster.dataDir) : '';
    const session = await cluster.session();
    const busy = session.run('select pg_sleep(60)');
    const broken = expect(busy).rejects.toThrow('closed the connection');
    await cluster.kill9();
    await broken;
    expect(isAlive(cluster.pid)).toBe(false);
    expect(isAlive(session.backendPid)).toBe(false);
    await cluster.stop();
    expect(existsSync(cluster.socketDir)).toBe(false);
    expect(holdings().sharedSegments).not.toContain(segment);
    expect(await isFree(cluster.port)).toBe(true);
  });

  it('killed by somebody else leaves nothing once stopped, however busy it was', async () => {
    const cluster = await startCluster();
    const segment = onLinux ? segmentOf(cluster.dataDir) : '';
    const session = await cluster.session();
    const busy = session.run('do $$ begin loop end loop; end $$');
    const broken = expect(busy).rejects.toThrow('closed the connection');
    process.kill(cluster.pid, 'SIGKILL');
    await cluster.stop();
    await broken;
    await eventually(() => !isAlive(session.backendPid), 'the end of the backend');
    expect(existsSync(cluster.socketDir)).toBe(false);
    expect(holdings().sharedSegments).not.toContain(segment);
  });

  it.each<[string, (parent: ChildProcess) => void]>([
    ['that is killed with SIGKILL', (parent) => parent.kill('SIGKILL')],
    ['that is told to end', (parent) => parent.kill('SIGTERM')],
    ['that is killed when its server has been killed too', (parent) => parent.stdin?.write('crash')],
  ])('does not outlive a parent %s', async (_manner, end) => {
    const program = join(import.meta.dirname, 'parent-program.ts');
    const node = ['--import', 'tsx', '--conditions=@pg-dblink/source', program];
    const parent = spawn(process.execPath, node, { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: parent.stdout });
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Error('the program ended before its server had started')));
    });
    const { pid, port, dataDir }: { pid: number; port: number; dataDir: string } = JSON.parse(line);
    const segment = onLinux ? segmentOf(dataDir) : '';
    expect(isAlive(pid)).toBe(true);
    end(parent);
    await eventually(() => !isAlive(pid), 'the server is gone');
    await eventually(() => !existsSync(dirname(dirname(dataDir))), 'its folder is gone');
    expect(holdings().sharedSegments).not.toContain(segment);
    expect(await isFree(port)).toBe(true);
  });

  it('that cannot start says why, and leaves nothing', async () => {
    await expect(startCluster({ settings: { no_such_setting: '1' } })).rejects.toThrow(
      /unrecognized configuration parameter "no_such_setting"/,
    );
    await expect(startCluster({ extensions: ['no_such_extension'] })).rejects.toThrow(/"no_such_extension"/);
    await expect(startCluster({ version: 9 })).rejects.toThrow(/no server programs of PostgreSQL 9 .*found: /);
  });

  it.skipIf(!availableVersions().includes(15))(
    'can be of another major version [needs PostgreSQL 15 here]',
    async () => {
      const cluster = await startCluster({ version: 15, extensions: ['dblink'] });
      const [version] = await cluster.psql('show server_version_num');
      expect(version?.rows[0]?.[0]).toMatch(/^15/);
      await cluster.stop();
    },
  );

  it.skipIf(!isRoot || !onLinux)('does not run as root [needs root]', async () => {
    const cluster = await startCluster();
    expect(readFileSync(`/proc/${cluster.pid}/status`, 'utf8')).toMatch(/^Uid:\t(?!0\t)\d+/m);
    await cluster.stop();
  });

  it.skipIf(!isRoot || !onLinux)('runs from programs that only root can read, links missing [needs root]', async () => {
    const hidden = join(tmpdir(), `pgt-hidden-${process.pid}`);
    mkdirSync(hidden, { mode: 0o700 });
    try {
      const found = findInstallation(18);
      cpSync(found.root, join(hidden, 'native'), { recursive: true, verbatimSymlinks: true });
      const links = ['libpq.so.5', 'libicuuc.so.60'].map((name) => ({ path: `lib/${name}`, target: `lib/${name}` }));
      const missingLinks = links.map(({ path }) => ({ path, target: realName(join(hidden, 'native'), path) }));
      for (const { path } of missingLinks) rmSync(join(hidden, 'native', path));
      chmodSync(hidden, 0o700);
      const installation = { ...found, root: join(hidden, 'native'), missingLinks };
      const cluster = await startCluster({ installation, extensions: ['dblink'] });
      expect(await cluster.psql('select 1')).toMatchObject([{ rows: [['1']] }]);
      await cluster.stop();
    } finally {
      rmSync(hidden, { recursive: true, force: true });
    }
  });
});

describe('authentication', () => {
  it('treats each role by the method that it is named after', async () => {
    const cluster = await startCluster({ authenticationUsers: true });
    const asked = async (user: string): Promise<string> => {
      try {
        const session = await cluster.session({ user });
        await session.close();
        return 'let in';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    };
    expect(await asked(authenticationUsers.trust.user)).toBe('let in');
    for (const method of ['password', 'md5', 'scram-sha-256'] as const)
      expect(await asked(authenticationUsers[method].user)).toBe('the server does not trust this role');
    expect(await asked(authenticationUsers.reject.user)).toMatch(/28000 pg_hba.conf rejects connection/);
    const [stored] = await cluster.psql(
      "select rolname, left(rolpassword, 5) from pg_authid where rolname in ('md5_user', 'scram_user') order by 1",
    );
    expect(stored?.rows.map(([role, start]) => `${role} ${start?.slice(0, 3)}`)).toEqual([
      'md5_user md5',
      'scram_user SCR',
    ]);
    await cluster.stop();
  });
});

function realName(root: string, path: string): string {
  const link = findInstallation(18).root;
  const target = JSON.parse(readFileSync(join(link, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  const entry = target.find((one) => one.target === `native/${path}`);
  if (entry === undefined) throw new Error(`${root} has no link ${path}`);
  return entry.source.replace(/^native\//, '');
}
