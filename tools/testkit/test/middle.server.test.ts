import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import {
  clearWorkshop,
  findHaproxy,
  findPgbouncer,
  openSession,
  startCluster,
  startHaproxy,
  startPgbouncer,
} from '../src/index.ts';
import { eventually, isAlive, isFree } from './leftovers.ts';

afterAll(clearWorkshop);

describe.skipIf(findPgbouncer() === undefined)('pgbouncer [needs pgbouncer here]', () => {
  it('passes sessions on, tells about its pools, and leaves nothing', async () => {
    const cluster = await startCluster();
    const pooler = await startPgbouncer(cluster, { poolMode: 'transaction', poolSize: 1 });
    const session = await openSession(pooler, { user: 'postgres', database: 'postgres' });
    expect((await session.run('show port')).results[0]?.rows).toEqual([[String(cluster.port)]]);
    await session.close();
    const [pools] = await pooler.console('show pools');
    expect(pools?.rows.some(([database]) => database === 'postgres')).toBe(true);
    await expect(pooler.console('show nonsense')).rejects.toThrow();
    await pooler.stop();
    await pooler.stop();
    await cluster.stop();
    expect(isAlive(pooler.pid)).toBe(false);
    expect(await isFree(pooler.port)).toBe(true);
    expect(existsSync(pooler.folder)).toBe(false);
  });

  it('that cannot start says why, and leaves nothing', async () => {
    const cluster = await startCluster();
    const settings = { no_such_setting: '1' };
    await expect(startPgbouncer(cluster, { poolMode: 'session', settings })).rejects.toThrow('no_such_setting');
    await expect(startPgbouncer(cluster, { poolMode: 'session', tls: true })).rejects.toThrow('no certificate');
    await cluster.stop();
  });
});

describe.skipIf(findHaproxy() === undefined)('haproxy [needs haproxy here]', () => {
  it('passes sessions on to who is up, and leaves nothing', async () => {
    const [first, second] = await Promise.all([startCluster(), startCluster()]);
    const backends = [
      { name: 'first', cluster: first },
      { name: 'second', cluster: second, isBackup: true },
    ];
    const proxy = await startHaproxy(backends);
    const reached = async (): Promise<unknown> => {
      await using session = await openSession(proxy, { user: 'postgres', database: 'postgres' });
      return (await session.run('show port')).results[0]?.rows[0]?.[0];
    };
    expect(await reached()).toBe(String(first.port));
    await first.kill9();
    await eventually(async () => (await proxy.serversUp()).join() === 'second', 'the first server is seen to be down');
    expect(await reached()).toBe(String(second.port));
    await proxy.stop();
    await Promise.all([first.stop(), second.stop()]);
    expect(isAlive(proxy.pid)).toBe(false);
    expect(await isFree(proxy.port)).toBe(true);
    expect(existsSync(proxy.folder)).toBe(false);
  });
});

describe.skipIf(findPgbouncer() === undefined && findHaproxy() === undefined)('both [needs one of them here]', () => {
  it('do not outlive a parent that is killed with SIGKILL', async () => {
    const program = join(import.meta.dirname, 'middle-parent-program.ts');
    const node = ['--import', 'tsx', '--conditions=@pg-dblink/source', program];
    const parent = spawn(process.execPath, node, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: parent.stdout });
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Error('the program ended before its daemons had started')));
    });
    const { folders, pids }: { folders: string[]; pids: number[] } = JSON.parse(line);
    expect(pids.every(isAlive)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => !pids.some(isAlive), 'the daemons are gone');
    await eventually(() => !folders.some(existsSync), 'their folders are gone');
  });
});
