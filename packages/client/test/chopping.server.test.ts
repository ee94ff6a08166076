import { type Cluster, startChoppingProxy, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isConnectError, isConnectionLostError } from '../src/index.ts';
import { connect } from '../src/node.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(() => cluster.stop());

const SQL = "select 1 as a, 'é' as b";

/** Start-up, a query, and goodbye through a proxy; `whole` when all of it worked, else the kind of error. */
async function talk(port: number, options = ''): Promise<'whole' | 'no connection' | 'lost'> {
  try {
    const connection = await connect(`host=127.0.0.1 port=${port} user=postgres sslmode=disable ${options}`);
    try {
      const [result] = await connection.query(SQL);
      expect(result?.rows).toEqual([{ a: 1, b: 'é' }]);
      return 'whole';
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (isConnectError(error)) return 'no connection';
    if (isConnectionLostError(error)) return 'lost';
    throw error;
  }
}

/** How many bytes the server sends in such a dialogue: the first cut that leaves it whole. */
async function dialogueBytes(): Promise<number> {
  let low = 0;
  let high = 4096;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    await using proxy = await startChoppingProxy(cluster, { toClient: { after: middle, ending: 'close' } });
    if ((await talk(proxy.port)) === 'whole') high = middle;
    else low = middle + 1;
  }
  return low;
}

describe('a stream that ends', () => {
  for (const ending of ['close', 'reset'] as const) {
    test(`${ending} behind every byte of the server: always a typed error, and the next connection works`, async () => {
      const length = await dialogueBytes();
      expect(length).toBeGreaterThan(300);
      const outcomes = new Map<string, number>();
      for (let after = 0; after < length; after++) {
        const proxy = await startChoppingProxy(cluster, { toClient: { after, ending } });
        const outcome = await talk(proxy.port);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        await proxy.stop();
      }
      expect(outcomes.get('whole') ?? 0).toBe(0);
      expect((outcomes.get('no connection') ?? 0) + (outcomes.get('lost') ?? 0)).toBe(length);
      expect(await talk(cluster.port)).toBe('whole');
    });
  }

  test('behind every byte of ours', async () => {
    for (let after = 0; after < 90; after++) {
      await using proxy = await startChoppingProxy(cluster, { toServer: { after, ending: 'close' } });
      expect(['whole', 'no connection', 'lost']).toContain(await talk(proxy.port));
    }
  });

  test('a stall is ended by connect_timeout', async () => {
    await using proxy = await startChoppingProxy(cluster, { toClient: { after: 30, ending: 'stall' } });
    expect(await talk(proxy.port, 'connect_timeout=1')).toBe('no connection');
  });
});

describe('chunk borders', () => {
  for (const chunks of [[1], [2], [3], [7], [5, 1, 2], [1, 4096]]) {
    test(`pieces of ${chunks.join(', ')} bytes change nothing`, async () => {
      await using proxy = await startChoppingProxy(cluster, { toClient: { chunks }, toServer: { chunks } });
      expect(await talk(proxy.port)).toBe('whole');
    });
  }

  test('many rows in odd pieces', async () => {
    await using proxy = await startChoppingProxy(cluster, { toClient: { chunks: [1000, 1, 17, 4095] } });
    await using connection = await connect(`host=127.0.0.1 port=${proxy.port} user=postgres sslmode=disable`);
    const [result] = await connection.query("select g, repeat('x', g % 50) as s from generate_series(1, 5000) g");
    expect(result?.rows.every(({ g, s }) => String(s).length === Number(g) % 50)).toBe(true);
    expect(result?.rows.length).toBe(5000);
  });
});
