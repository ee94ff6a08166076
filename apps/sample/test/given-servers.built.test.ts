import { existsSync } from 'node:fs';
import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from './app.ts';
import { expectedReport } from './expected.ts';
import { tableAfter } from './tables.ts';

let atlas: Cluster;
let seismo: Cluster;
let app: App | undefined;

beforeAll(async () => {
  [atlas, seismo] = await Promise.all([startCluster(), startCluster()]);
});

afterAll(async () => {
  app?.kill();
  await app?.ended();
  await Promise.all([atlas.stop(), seismo.stop()]);
});

const servers = (): readonly string[] => ['--server', atlas.conninfo(), '--server', seismo.conninfo()];

async function schemasLeft(cluster: Cluster): Promise<readonly unknown[]> {
  const [result] = await cluster.psql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dblink\\_sample%'");
  return result?.rows ?? ['no result'];
}

describe('with two servers given', () => {
  it('plays the tour there and drops its schemas', async () => {
    app = startApp(servers());
    const ending = await app.ended();
    expect(ending).toMatchObject({ status: 0, left: [] });
    const expected = (await expectedReport()).map((line) => Object.values(line));
    expect(tableAfter(ending.stdout, 'FROM report ORDER BY people')).toEqual(expected);
    expect([await schemasLeft(atlas), await schemasLeft(seismo)]).toEqual([[], []]);
  });

  it.skipIf(!availableVersions().includes(15))(
    'plays it on PostgreSQL 15, twice the same server (needs 15)',
    async () => {
      await using old = await startCluster({ version: 15 });
      app = startApp([
        '--server',
        old.conninfo(),
        '--server',
        `postgresql://postgres@${old.host}:${old.port}/postgres`,
      ]);
      expect(await app.ended()).toMatchObject({ status: 0, left: [] });
      expect(await schemasLeft(old)).toEqual([]);
    },
  );

  it('drops its schemas at Ctrl-C', async () => {
    app = startApp(servers());
    await app.until(/^CREATE TEMP TABLE report/m);
    app.pressCtrlC();
    expect(await app.ended()).toMatchObject({ status: 130, left: [] });
    expect([await schemasLeft(atlas), await schemasLeft(seismo)]).toEqual([[], []]);
  });

  it('says which server it cannot reach, and why', async () => {
    app = startApp(['--server', atlas.conninfo(), '--server', 'host=127.0.0.1 port=1 user=nobody dbname=nothing']);
    const ending = await app.ended();
    expect(ending).toMatchObject({ status: 1, left: [] });
    expect(ending.stderr).toMatch(/connection to server at "127\.0\.0\.1", port 1 failed: Connection refused/);
    expect(await schemasLeft(atlas)).toEqual([]);
  });

  it('refuses a connection string that is none', async () => {
    app = startApp(['--server', 'nonsense', '--server', seismo.conninfo()]);
    const ending = await app.ended();
    expect(ending).toMatchObject({ status: 1, left: [] });
    expect(ending.stderr).toContain('missing "=" after "nonsense" in connection info string');
  });
});

describe('without servers', () => {
  it('refuses one server only', async () => {
    app = startApp(['--server', atlas.conninfo()]);
    const ending = await app.ended();
    expect(ending.status).toBe(2);
    expect(ending.stderr).toContain('--server is to be given twice');
  });

  const systemHas18 = existsSync('/usr/lib/postgresql/18');

  it.skipIf(systemHas18)(
    'says that a platform has no server programs (this system may have no 18 of its own)',
    async () => {
      const asAix = "--import data:text/javascript,Object.defineProperty(process,'platform',{value:'aix'})";
      app = startApp([], { NODE_OPTIONS: asAix, PATH: '' });
      const ending = await app.ended();
      expect(ending).toMatchObject({ status: 2, stdout: '' });
      expect(ending.stderr).toMatch(
        /^There are no PostgreSQL 18 server programs for aix-\w+\. Give two servers of your own/,
      );
    },
  );
});
