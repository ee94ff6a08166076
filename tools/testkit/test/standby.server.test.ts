import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { availableVersions, type Cluster, clearWorkshop, startCluster, startStandby } from '../src/index.ts';
import { holdings, isAlive, isFree, segmentOf } from './leftovers.ts';

const onLinux = process.platform === 'linux';

afterAll(clearWorkshop);

async function value(cluster: Cluster, sql: string): Promise<string | null | undefined> {
  const [result] = await cluster.psql(sql);
  return result?.rows[0]?.[0];
}

describe.each(availableVersions().filter((version) => version >= 15))('a standby of PostgreSQL %i', (version) => {
  it('replays, refuses writes, outlives its primary, takes writes once promoted, and leaves nothing', async () => {
    const primary = await startCluster({ version, settings: { max_connections: '70' } });
    await primary.psql('create table t as select 1 as a');
    const standby = await startStandby(primary, { settings: { work_mem: '5MB' } });
    const segments = onLinux ? [segmentOf(primary.dataDir), segmentOf(standby.dataDir)] : [];
    expect(await value(standby, 'select pg_is_in_recovery()')).toBe('t');
    expect(await value(standby, 'show max_connections')).toBe('70');
    expect(await value(standby, 'show work_mem')).toBe('5MB');
    await primary.psql('insert into t values (2)');
    await standby.caughtUp();
    expect(await value(standby, 'select count(*) from t')).toBe('2');
    await expect(standby.psql('insert into t values (3)')).rejects.toThrow('read-only transaction');

    await primary.kill9();
    expect(await value(standby, 'select count(*) from t')).toBe('2');
    await standby.promote();
    await standby.psql('insert into t values (3)');
    expect(await value(standby, 'select pg_is_in_recovery()')).toBe('f');

    await Promise.all([standby.stop(), primary.stop()]);
    for (const { pid, port, socketDir } of [primary, standby]) {
      expect(isAlive(pid)).toBe(false);
      expect(await isFree(port)).toBe(true);
      expect(existsSync(socketDir)).toBe(false);
    }
    expect(holdings().sharedSegments.filter((segment) => segments.includes(segment))).toEqual([]);
  });
});

describe('a restart', () => {
  it('keeps port and data, after a shutdown and after a crash', async () => {
    const cluster = await startCluster();
    const { pid, port } = cluster;
    await cluster.psql('create table t as select 1 as a');
    await cluster.restart();
    expect(isAlive(pid)).toBe(false);
    expect(cluster.port).toBe(port);
    const second = cluster.pid;
    expect(second).not.toBe(pid);
    await cluster.kill9();
    await cluster.restart();
    expect(await value(cluster, 'select count(*) from t')).toBe('1');
    await cluster.stop();
    expect([pid, second, cluster.pid].filter(isAlive)).toEqual([]);
    expect(existsSync(cluster.socketDir)).toBe(false);
  });

  it('of a stopped cluster has no standby', async () => {
    const cluster = await startCluster();
    await cluster.stop();
    await expect(startStandby(cluster)).rejects.toThrow('the cluster has been stopped');
  });
});
