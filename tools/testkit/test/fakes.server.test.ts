import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  answerRows,
  type Cluster,
  clearWorkshop,
  openSession,
  sendBytes,
  startChoppingProxy,
  startCluster,
  startFake,
  startFakeProcess,
  welcome,
} from '../src/index.ts';

const person = { user: 'postgres', database: 'postgres' };

describe('a fake server', () => {
  it('plays one script a connection, and the last for all others', async () => {
    const fake = await startFake({
      connections: [
        [...welcome(), { do: 'read message', tag: 'Q' }, answerRows(['one', null]), { do: 'hang' }],
        [...welcome(), { do: 'read message', tag: 'Q' }, { do: 'reset' }],
      ],
    });
    const first = await openSession(fake, person);
    expect((await first.run('select 1')).results[0]?.rows).toEqual([['one'], [null]]);
    for (const _ of [1, 2]) {
      const other = await openSession(fake, person);
      await expect(other.run('select 1')).rejects.toThrow('closed the connection');
    }
    expect(fake.connections()).toBe(3);
    expect(Buffer.from(fake.received(0)).toString('latin1')).toContain('select 1');
    await fake.stop();
    await expect(first.run('select 2')).rejects.toThrow('closed the connection');
  });

  it('takes a reset for the end of a connection that it keeps', async () => {
    const fake = await startFake({
      connections: [
        [sendBytes('x'), { do: 'hang' }],
        [sendBytes('y'), { do: 'close' }],
      ],
    });
    const first = connect(fake);
    await once(first, 'data');
    first.resetAndDestroy();
    const second = connect(fake);
    expect(String((await once(second, 'data'))[0])).toBe('y');
    second.destroy();
    await fake.stop();
  });

  it('floods no faster than the client reads', async () => {
    const chunk = new Uint8Array(65536);
    const fake = await startFake({ connections: [[{ do: 'flood', bytes: chunk }]] });
    const socket = connect(fake);
    await once(socket, 'connect');
    const before = process.memoryUsage().arrayBuffers;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    socket.destroy();
    await fake.stop();
  });

  it('runs in a process of its own', async () => {
    const fake = await startFakeProcess({
      connections: [[...welcome(), { do: 'read message', tag: 'Q' }, answerRows(['apart']), { do: 'hang' }]],
    });
    const session = await openSession(fake, person);
    expect((await session.run('select 1')).results[0]?.rows).toEqual([['apart']]);
    await fake.stop();
    await expect(session.run('select 1')).rejects.toThrow('closed the connection');
  });
});

describe('a chopping proxy', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => {
    await cluster.stop();
    await clearWorkshop();
  });

  it('passes everything on, byte for byte', async () => {
    const proxy = await startChoppingProxy(cluster, { toClient: { chunks: [1] }, toServer: { chunks: [3, 1] } });
    const session = await openSession(proxy, person);
    expect((await session.run("select repeat('x', 500)")).results[0]?.rows).toEqual([['x'.repeat(500)]]);
    await session.close();
    await proxy.stop();
  });

  it('cuts at the byte it is told', async () => {
    const proxy = await startChoppingProxy(cluster, { toClient: { after: 2000, ending: 'reset' } });
    const socket = connect(proxy);
    const startup = Buffer.from('user\0postgres\0database\0postgres\0\0');
    socket.write(Buffer.concat([Buffer.from([0, 0, 0, startup.length + 8, 0, 3, 0, 0]), startup]));
    const query = Buffer.from("select repeat('x', 9000)\0");
    socket.write(Buffer.concat([Buffer.from('Q'), Buffer.from([0, 0, 0, query.length + 4]), query]));
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    socket.on('error', () => undefined);
    // Not once(): that rejects with the reset which is asked for here.
    await new Promise((resolve) => socket.on('close', resolve));
    expect(bytes).toBeLessThanOrEqual(2000);
    await proxy.stop();
  });

  it('stalls, and cuts by hand', async () => {
    const proxy = await startChoppingProxy(cluster, { toClient: { after: 1000, ending: 'stall' } });
    const session = await openSession(proxy, person);
    const query = session.run("select repeat('x', 9000)");
    const verdict = expect(query).rejects.toThrow('closed the connection');
    await new Promise((resolve) => setTimeout(resolve, 100));
    proxy.cut();
    await verdict;
    await proxy.stop();
  });
});
