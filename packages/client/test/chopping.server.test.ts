import {
  authenticationUsers,
  type ChoppingOptions,
  type Cluster,
  startChoppingProxy,
  startCluster,
} from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isConnectError, isConnectionLostError, isTimeoutError, ScramKeyCache } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { countCases } from './proof-cases.ts';

let cluster: Cluster;

beforeAll(async () => {
  // A backend whose client went away in the middle stays for a while.
  cluster = await startCluster({ tls: true, authenticationUsers: true, settings: { max_connections: '400' } });
});

afterAll(() => cluster.stop());

/** A dialogue that does not end in this time hangs: the time-outs below are far shorter. */
const BOUND_MS = 30_000;
/** A stall is over when a time-out is, so many of them can wait together. */
const AT_ONCE = { close: 8, reset: 8, stall: 64 } as const;
/** The length of Terminate: what is cut behind it has been answered whole. */
const TERMINATE_BYTES = 5;
const scramKeys = new ScramKeyCache();
const { password, user } = authenticationUsers['scram-sha-256'];

type Ended = 'whole' | 'no connection' | 'lost' | 'timed out';

/** Start-up with SCRAM, a simple and an extended query, and goodbye; `whole` when all of it worked, else the kind of error. */
async function talk(port: number, sslmode = 'disable'): Promise<Ended> {
  const conninfo = `host=127.0.0.1 port=${port} user=${user} password='${password}' dbname=postgres connect_timeout=2`;
  const options = { scramKeys, cancelTimeoutMs: 200 };
  try {
    const connection = await connect(`${conninfo} sslmode=${sslmode}`, options);
    try {
      const [result] = await connection.query("select 1 as a, 'é' as b", { timeoutMs: 2000 });
      expect(result?.rows).toEqual([{ a: 1, b: 'é' }]);
      const { rows } = await connection.execute('select $1::int as c', [7], { timeoutMs: 2000 });
      expect(rows).toEqual([{ c: 7 }]);
      return 'whole';
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (isConnectError(error)) return 'no connection';
    if (isConnectionLostError(error)) return 'lost';
    if (isTimeoutError(error)) return 'timed out';
    throw error;
  }
}

/** The same through a proxy, which must end in its time, and after which the next connection works. */
async function talkThrough(chopping: ChoppingOptions, sslmode?: string): Promise<Ended> {
  const proxy = await startChoppingProxy(cluster, chopping);
  let timer: NodeJS.Timeout | undefined;
  const hangs = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`hangs: ${JSON.stringify(chopping)}`)), BOUND_MS);
  });
  try {
    return await Promise.race([talk(proxy.port, sslmode), hangs]);
  } finally {
    clearTimeout(timer);
    await proxy.stop();
    const next = await connect(cluster.conninfo({ sslmode: 'disable' }));
    await next.close();
  }
}

const lengths = new Map<string, Promise<number>>();

/** How many bytes of one direction such a dialogue needs: the first cut that leaves it whole. */
function dialogueBytes(direction: keyof ChoppingOptions, sslmode = 'disable'): Promise<number> {
  const key = `${direction} ${sslmode}`;
  const length = lengths.get(key) ?? findLength(direction, sslmode);
  lengths.set(key, length);
  return length;
}

async function findLength(direction: keyof ChoppingOptions, sslmode: string): Promise<number> {
  let low = 0;
  let high = 16_384;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((await talkThrough({ [direction]: { after: middle, ending: 'close' } }, sslmode)) === 'whole') high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Does something for each number, some at a time, and counts how it ended. */
async function forEach(
  numbers: readonly number[],
  atOnce: number,
  work: (at: number) => Promise<Ended>,
): Promise<Map<Ended, number>> {
  const outcomes = new Map<Ended, number>();
  const waiting = [...numbers];
  const worker = async (): Promise<void> => {
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const outcome = await work(at);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return outcomes;
}

function upTo(count: number, step = 1): readonly number[] {
  return Array.from({ length: Math.ceil(count / step) }, (_, index) => index * step);
}

describe('a stream that ends: always a typed error in bounded time, and the next connection works', () => {
  for (const direction of ['toClient', 'toServer'] as const) {
    for (const ending of ['close', 'reset', 'stall'] as const) {
      test(`${ending} behind every byte ${direction === 'toClient' ? 'of the server' : 'of ours'}`, async (context) => {
        const length = await dialogueBytes(direction);
        expect(length).toBeGreaterThan(direction === 'toClient' ? 600 : 250);
        const outcomes = await forEach(upTo(length), AT_ONCE[ending], (after) =>
          talkThrough({ [direction]: { after, ending } }),
        );
        expect(outcomes.get('whole') ?? 0).toBeLessThanOrEqual(direction === 'toClient' ? 0 : TERMINATE_BYTES);
        expect([...outcomes.values()].reduce((sum, count) => sum + count, 0)).toBe(length);
        expect(outcomes.get('no connection')).toBeGreaterThan(0);
        await countCases(context, length);
      });
    }
  }

  for (const ending of ['close', 'stall'] as const) {
    test(`${ending} behind every seventeenth byte of a server with TLS`, async (context) => {
      const length = await dialogueBytes('toClient', 'require');
      const places = upTo(length - 64, 17);
      expect(places.length).toBeGreaterThan(80);
      const outcomes = await forEach(places, AT_ONCE[ending], (after) =>
        talkThrough({ toClient: { after, ending } }, 'require'),
      );
      expect(outcomes.get('whole') ?? 0).toBe(0);
      await countCases(context, places.length);
    });
  }
});

describe('chunk borders', () => {
  test('a first chunk of any size up to 400 bytes changes nothing', async (context) => {
    const sizes = upTo(400).map((size) => size + 1);
    const outcomes = await forEach(sizes, AT_ONCE.close, (size) =>
      talkThrough({ toClient: { chunks: [size, 16_384] }, toServer: { chunks: [size, 16_384] } }),
    );
    expect([...outcomes]).toEqual([['whole', 400]]);
    await countCases(context, 400);
  });

  for (const chunks of [[1], [2], [3], [7], [5, 1, 2], [1, 4096], [4, 1], [13, 2, 1, 1, 40]]) {
    for (const sslmode of ['disable', 'require']) {
      test(`pieces of ${chunks.join(', ')} bytes change nothing, sslmode=${sslmode}`, async (context) => {
        expect(await talkThrough({ toClient: { chunks }, toServer: { chunks } }, sslmode)).toBe('whole');
        await countCases(context, 1);
      });
    }
  }

  for (const delay of [1, 5]) {
    test(`pieces that come ${delay} ms apart change nothing`, async (context) => {
      const late = { chunks: [delay === 1 ? 9 : 40], delay };
      expect(await talkThrough({ toClient: late, toServer: late })).toBe('whole');
      await countCases(context, 1);
    });
  }

  test('many rows in odd pieces', async (context) => {
    await using proxy = await startChoppingProxy(cluster, { toClient: { chunks: [1000, 1, 17, 4095] } });
    await using connection = await connect(`host=127.0.0.1 port=${proxy.port} user=postgres sslmode=disable`);
    const [result] = await connection.query("select g, repeat('x', g % 50) as s from generate_series(1, 5000) g");
    expect(result?.rows.every(({ g, s }) => String(s).length === Number(g) % 50)).toBe(true);
    expect(result?.rows.length).toBe(5000);
    await countCases(context, 1);
  });
});
