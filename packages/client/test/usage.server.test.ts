import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Connection,
  isCancelError,
  isConnectionLostError,
  isPipelineAbortedError,
  isServerError,
  isTimeoutError,
  isUsageError,
  type ServerNotice,
} from '../src/index.ts';
import { connect } from '../src/node.ts';

let cluster: Cluster;
let connection: Connection;
const notices: ServerNotice[] = [];

beforeAll(async () => {
  cluster = await startCluster();
  connection = await connect(cluster.conninfo(), { onNotice: (notice) => notices.push(notice), cancelTimeoutMs: 3000 });
});

beforeEach(() => {
  notices.length = 0;
});

afterAll(async () => {
  await connection.close();
  await cluster.stop();
});

async function sqlStateOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return isServerError(error) ? error.sqlState : `no ServerError: ${error}`;
}

describe('simple queries', () => {
  test('one result a statement, typed', async () => {
    const results = await connection.query(
      'select 1 as one, true as t, null as n, 9007199254740993 as big; create temp table s(a int); insert into s values (1), (2)',
    );
    expect(results.map(({ command, rowCount }) => [command, rowCount])).toEqual([
      ['SELECT', 1],
      ['CREATE TABLE', undefined],
      ['INSERT', 2],
    ]);
    expect(results[0]?.rows).toEqual([{ one: 1, t: true, n: null, big: 9007199254740993n }]);
  });

  test('an empty query is a result without rows', async () => {
    expect(await connection.query('')).toMatchObject([{ rows: [], command: '', rowCount: undefined }]);
  });

  test('an error has all fields and leaves the connection usable', async () => {
    const error = await connection.query('select nocol from pg_class').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      severity: 'ERROR',
      sqlState: '42703',
      message: 'column "nocol" does not exist',
      position: 8,
      routine: 'errorMissingColumn',
    });
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('calls wait for one another, in order', async () => {
    const answers = await Promise.all([3, 1, 2].map((n) => connection.query(`select ${n} as n`)));
    expect(answers.map(([result]) => result?.rows[0])).toEqual([{ n: 3 }, { n: 1 }, { n: 2 }]);
  });

  test('notices and parameters arrive', async () => {
    await connection.query(
      "do $$ begin raise warning 'careful' using detail = 'd'; end $$; set timezone = 'Asia/Tokyo'",
    );
    expect(notices).toMatchObject([{ severity: 'WARNING', message: 'careful', detail: 'd' }]);
    expect(connection.serverParameters.get('TimeZone')).toBe('Asia/Tokyo');
    await connection.query('reset timezone');
  });

  test('the transaction status follows', async () => {
    await connection.query('begin');
    expect(connection.transactionStatus).toBe('T');
    await connection.query('select 1/0').catch(() => undefined);
    expect(connection.transactionStatus).toBe('E');
    await connection.query('rollback');
    expect(connection.transactionStatus).toBe('I');
  });

  test('a statement that is no text is refused here', async () => {
    await expect(connection.query('select \0')).rejects.toThrow('zero byte');
    await expect(connection.query('select \ud800')).rejects.toThrow('lone surrogate');
    expect(connection.phase).toBe('idle');
  });
});

describe('extended queries', () => {
  test('parameters of many kinds', async () => {
    const { rows } = await connection.execute(
      'select $1::int + 1 as a, $2::text as b, $3::int[] as c, $4::jsonb as d, $5::timestamptz as e, $6::bytea as f, $7::int as g',
      [41, 'é', [1, null, 3], { x: [1] }, new Date(0), new Uint8Array([0, 255]), null],
    );
    expect(rows).toEqual([
      {
        a: 42,
        b: 'é',
        c: [1, null, 3],
        d: { x: [1] },
        e: '1970-01-01 00:00:00+00',
        f: new Uint8Array([0, 255]),
        g: null,
      },
    ]);
  });

  test('binary on request gives the same values', async () => {
    const sql = "select 1::int2, 'x'::text, 1.50::numeric, '{1,2}'::int8[], interval '1 day', 'infinity'::timestamp";
    const text = await connection.execute(sql, [], { rows: 'array' });
    const binary = await connection.execute(sql, [], { rows: 'array', binary: true });
    expect(binary.rows).toEqual(text.rows);
    expect(binary.fields.every(({ format }) => format === 1)).toBe(true);
  });

  test('65535 parameters are the most', async () => {
    const sql = (count: number): string =>
      `select ${Array.from({ length: count }, (_, index) => `$${index + 1}::int`).join('+')} as n`;
    expect((await connection.execute('select cardinality(array[$1, $2]::int[]) as n', [1, 2])).rows).toEqual([
      { n: 2 },
    ]);
    await expect(connection.execute(sql(3), new Array(65_536).fill(0))).rejects.toThrow('65535');
    expect(connection.phase).toBe('idle');
  });

  test('a prepared statement knows its types', async () => {
    const statement = await connection.prepare('select $1::int8 + 1 as n, $2::date as d');
    expect(statement.parameterTypes).toEqual([20, 1082]);
    expect(statement.fields.map(({ name, format }) => [name, format])).toEqual([
      ['n', 1],
      ['d', 1],
    ]);
    expect((await statement.execute(['9007199254740993', 'infinity'])).rows).toEqual([
      { n: 9007199254740994n, d: 'infinity' },
    ]);
    expect((await statement.execute([41n, '0044-03-15 BC'], { rows: 'array' })).rows).toEqual([[42n, '0044-03-15 BC']]);
    await expect(statement.execute([1])).rejects.toSatisfy(isUsageError);
    await statement.close();
    expect(await sqlStateOf(statement.execute([1, null]))).toBe('26000');
  });

  test('raw rows are bytes', async () => {
    const { rows } = await connection.execute("select 'é', null", [], { rows: 'raw' });
    expect(rows).toEqual([[new Uint8Array([0xc3, 0xa9]), null]]);
  });
});

describe('the statement cache', () => {
  test('survives DISCARD ALL and changed rows, and runs nothing twice', async () => {
    await using cached = await connect(cluster.conninfo(), { statementCacheSize: 4 });
    await cached.query('create temp table counter(n int); create temp table wide as select 1 as a');
    const count = async (): Promise<unknown> => {
      await cached.execute('insert into counter values ($1)', [1]);
      return (await cached.query('select count(*)::int as n from counter'))[0]?.rows[0]?.['n'];
    };
    expect(await count()).toBe(1);
    await cached.query('deallocate all');
    expect(await count()).toBe(2);
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1 }]);
    await cached.query('alter table wide add column b text default $$x$$');
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1, b: 'x' }]);
    await cached.query('deallocate all; begin');
    expect(await sqlStateOf(cached.execute('insert into counter values ($1)', [1]))).toBe('26000');
    await cached.query('rollback');
    expect(await count()).toBe(3);
  });

  test('keeps no more statements than it may', async () => {
    await using cached = await connect(cluster.conninfo(), { statementCacheSize: 2 });
    for (let index = 0; index < 5; index++) await cached.execute(`select ${index} as n`);
    const [result] = await cached.query('select count(*)::int as n from pg_prepared_statements');
    expect(result?.rows).toEqual([{ n: 2 }]);
  });

  test('the same text at the same time is prepared once', async () => {
    await using cached = await connect(cluster.conninfo(), { statementCacheSize: 2 });
    const results = await Promise.all([1, 2, 3].map((n) => cached.execute('select $1::int as n', [n])));
    expect(results.map(({ rows }) => rows[0])).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    const [result] = await cached.query('select count(*)::int as n from pg_prepared_statements');
    expect(result?.rows).toEqual([{ n: 1 }]);
  });
});

describe('rows batch by batch', () => {
  test('all of them, in order', async () => {
    let sum = 0;
    for await (const row of connection.rows('select g from generate_series(1, $1::int) g', [2500], {
      batchSize: 400,
    })) {
      sum += Number(row['g']);
    }
    expect(sum).toBe(3_126_250);
  });

  test('exactly a batch, and none at all', async () => {
    const sizes: number[] = [];
    for await (const batch of connection.batches('select generate_series(1, 20)', [], { batchSize: 10 })) {
      sizes.push(batch.length);
    }
    expect(sizes).toEqual([10, 10]);
    for await (const batch of connection.batches('select 1 where false')) expect(batch).toBe('no batch');
  });

  test('leaving early frees the connection; other calls wait meanwhile', async () => {
    let later: Promise<unknown> | undefined;
    for await (const row of connection.rows('select generate_series(1, 100000) as g', [], { batchSize: 5 })) {
      later ??= connection.query('select 7 as n');
      if (row['g'] === 12) break;
    }
    expect(await later).toMatchObject([{ rows: [{ n: 7 }] }]);
    expect(connection.transactionStatus).toBe('I');
  });

  test('an error in the middle comes after the rows before it', async () => {
    let seen = 0;
    const loop = async (): Promise<void> => {
      for await (const _ of connection.rows('select 1/(15-g) from generate_series(1, 30) g', [], { batchSize: 5 }))
        seen++;
    };
    expect(await sqlStateOf(loop())).toBe('22012');
    expect(seen).toBe(10);
    expect(connection.phase).toBe('idle');
  });

  test('a prepared statement streams, too', async () => {
    const statement = await connection.prepare('select generate_series(1, $1::int) as n');
    const batches: unknown[] = [];
    for await (const batch of statement.batches([3], { rows: 'array', batchSize: 2 })) batches.push(batch);
    expect(batches).toEqual([[[1], [2]], [[3]]]);
    await statement.close();
  });
});

describe('pipelines', () => {
  test('results come in order, one round trip', async () => {
    const rows = await connection.pipeline(async (pipeline) => {
      const answers = [1, 2, 3].map((n) => pipeline.execute('select $1::int as n', [n]));
      return (await Promise.all(answers)).map((result) => result.rows[0]);
    });
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  test('after an error the rest up to the Sync is skipped, the segment undone', async () => {
    await connection.query('create temp table p(n int)');
    await connection.pipeline(async (pipeline) => {
      const [first, second, third] = await Promise.allSettled([
        pipeline.execute('insert into p values (1)'),
        pipeline.execute('select 1/0'),
        pipeline.execute('insert into p values (2)'),
      ]);
      expect(first.status).toBe('fulfilled');
      expect(second).toMatchObject({ reason: { sqlState: '22012' } });
      expect(third.status === 'rejected' && isPipelineAbortedError(third.reason) && third.reason.cause).toMatchObject({
        sqlState: '22012',
      });
      await pipeline.sync();
      await pipeline.execute('insert into p values (3)');
    });
    expect((await connection.query('select n from p'))[0]?.rows).toEqual([{ n: 3 }]);
  });

  test('an error of the callback leaves the connection usable', async () => {
    const failing = connection.pipeline(async (pipeline) => {
      await pipeline.execute('select 1');
      throw new Error('mine');
    });
    await expect(failing).rejects.toThrow('mine');
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('ten thousand executions of a prepared statement', async () => {
    const statement = await connection.prepare('select $1::int as n');
    const sum = await connection.pipeline(async (pipeline) => {
      const answers = Array.from({ length: 10_000 }, (_, index) => pipeline.executePrepared(statement, [index]));
      return (await Promise.all(answers)).reduce((total, { rows }) => total + Number(rows[0]?.['n']), 0);
    });
    expect(sum).toBe(49_995_000);
    await statement.close();
  });
});

describe('COPY', () => {
  beforeAll(() => connection.query('create temp table c(a int, b text)'));
  beforeEach(() => connection.query('truncate c'));

  test('in and out again, non-ASCII included', async () => {
    const pieces = ['1\tä\n2\t', new TextEncoder().encode('😀\n'), '3\t\\N\n'];
    expect(await connection.copyIn('copy c from stdin', pieces)).toBe(3);
    let text = '';
    for await (const piece of connection.copyOut('copy c to stdout')) text += new TextDecoder().decode(piece);
    expect(text).toBe('1\tä\n2\t😀\n3\t\\N\n');
  });

  test('binary', async () => {
    await connection.query("insert into c values (7, 'x')");
    const pieces: Uint8Array[] = [];
    for await (const piece of connection.copyOut('copy c to stdout (format binary)')) pieces.push(piece);
    expect(await connection.copyIn('copy c from stdin (format binary)', pieces)).toBe(1);
    expect((await connection.query('select count(*)::int as n from c where a = 7'))[0]?.rows).toEqual([{ n: 2 }]);
  });

  test('bad data is the server’s error, even when the source has no end', async () => {
    async function* endless(): AsyncGenerator<string> {
      yield 'bad\n';
      for (;;) yield '1\tx\n';
    }
    expect(await sqlStateOf(connection.copyIn('copy c from stdin', endless()))).toBe('22P02');
    expect(connection.phase).toBe('idle');
  });

  test('what the source throws undoes the copy and comes back', async () => {
    async function* failing(): AsyncGenerator<string> {
      yield '1\tx\n';
      throw new Error('my source');
    }
    await expect(connection.copyIn('copy c from stdin', failing())).rejects.toThrow('my source');
    expect((await connection.query('select count(*)::int as n from c'))[0]?.rows).toEqual([{ n: 0 }]);
  });

  test('a source that never yields is ended by the signal', async () => {
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => undefined) }) };
    const call = connection.copyIn('copy c from stdin', silent, { signal: AbortSignal.timeout(50) });
    await expect(call).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('leaving a copy out early cancels it', async () => {
    for await (const piece of connection.copyOut('copy (select generate_series(1, 10000000)) to stdout')) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('an error in the middle of a copy out is thrown after its data', async () => {
    let bytes = 0;
    const loop = async (): Promise<void> => {
      for await (const piece of connection.copyOut(
        'copy (select 1/(500-g) from generate_series(1,1000) g) to stdout',
      )) {
        bytes += piece.length;
      }
    };
    expect(await sqlStateOf(loop())).toBe('22012');
    expect(bytes).toBe(998);
  });

  test('COPY where nobody expects it never hangs', async () => {
    expect(await sqlStateOf(connection.query('copy c from stdin'))).toBe('57014');
    expect(await sqlStateOf(connection.execute('copy c from stdin'))).toBe('57014');
    await connection.query('insert into c values (1)');
    expect(await connection.query('copy c to stdout; select 1')).toMatchObject([
      { command: 'COPY' },
      { command: 'SELECT' },
    ]);
    expect(await connection.execute('copy c to stdout')).toMatchObject({ command: 'COPY', rowCount: 1 });
    await expect(connection.copyIn('select 1', ['x'])).rejects.toSatisfy(isUsageError);
    await expect(connection.copyOut('select 1').next()).rejects.toSatisfy(isUsageError);
    expect(connection.phase).toBe('idle');
  });
});

describe('cancelling', () => {
  test('by call', async () => {
    const sleeping = sqlStateOf(connection.query('select pg_sleep(30)'));
    setTimeout(() => void connection.cancel(), 50);
    expect(await sleeping).toBe('57014');
  });

  test('by signal and by time-out; the next query is not hit', async () => {
    for (let round = 0; round < 20; round++) {
      const options = round % 2 === 0 ? { timeoutMs: 5 } : { signal: AbortSignal.timeout(5) };
      const stopped = connection.query('select pg_sleep(30)', options).catch((reason: unknown) => reason);
      const next = connection.query('select 1 as n');
      expect(await stopped).toSatisfy((reason) =>
        round % 2 === 0 ? isTimeoutError(reason) : (reason as Error).name === 'TimeoutError',
      );
      expect((await next)[0]?.rows).toEqual([{ n: 1 }]);
    }
  });

  test('a signal that has fired sends nothing', async () => {
    await expect(connection.query('select 1', { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow(
      'early',
    );
  });

  test('a call that still waits is taken out of the queue', async () => {
    const first = connection.query('select pg_sleep(0.2)');
    await expect(connection.query('select 1', { timeoutMs: 20 })).rejects.toMatchObject({ safeToRetry: true });
    expect((await first)[0]?.rowCount).toBe(1);
  });

  test('with nothing to cancel it is harmless', async () => {
    await connection.cancel();
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('with the long keys of protocol 3.2', async () => {
    await using modern = await connect(cluster.conninfo({ max_protocol_version: '3.2' }));
    expect(modern.protocolVersion).toBe('3.2');
    const sleeping = sqlStateOf(modern.query('select pg_sleep(30)'));
    setTimeout(() => void modern.cancel(), 50);
    expect(await sleeping).toBe('57014');
  });
});

describe('notifications', () => {
  test('by iterator, until the signal', async () => {
    const stop = new AbortController();
    await connection.query('listen news');
    const heard: string[] = [];
    const listening = (async () => {
      for await (const { payload } of connection.notifications({ signal: stop.signal })) {
        heard.push(payload);
        if (heard.length === 3) stop.abort();
      }
    })();
    await cluster.psql("notify news, 'from outside'");
    await connection.query("notify news, 'a'");
    await connection.query("notify news, 'b'");
    await listening;
    expect(heard.sort()).toEqual(['a', 'b', 'from outside']);
  });

  test('by asking', async () => {
    await connection.query("listen news; notify news, 'c'; notify news");
    expect(connection.takeNotifications()).toEqual([
      { pid: connection.backendPid, channel: 'news', payload: 'c' },
      { pid: connection.backendPid, channel: 'news', payload: '' },
    ]);
    expect(connection.takeNotifications()).toEqual([]);
  });
});

describe('the end of a connection', () => {
  const LOST =
    'FATAL:  terminating connection due to administrator command\n' +
    'server closed the connection unexpectedly\n' +
    '\tThis probably means the server terminated abnormally\n' +
    '\tbefore or while processing the request.';

  test('killed while idle: the first use tells the story, later ones that there is no connection', async () => {
    const victim = await connect(cluster.conninfo());
    await connection.query(`select pg_terminate_backend(${victim.backendPid}, 5000)`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(victim.phase).toBe('closed');
    const first: unknown = await victim.query('select 1').catch((reason: unknown) => reason);
    expect(first).toMatchObject({ message: LOST, safeToRetry: true, cause: { sqlState: '57P01' } });
    await expect(victim.query('select 1')).rejects.toThrow('no connection to the server');
    await expect(victim.cancel()).rejects.toSatisfy(
      (error) => isCancelError(error) && error.message === 'connection not open',
    );
    await victim.close();
  });

  test('killed by its own query', async () => {
    const victim = await connect(cluster.conninfo());
    const error: unknown = await victim
      .query('select pg_terminate_backend(pg_backend_pid())')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: LOST, safeToRetry: false });
    expect(isConnectionLostError(error)).toBe(true);
  });

  test('killed under a listener', async () => {
    const victim = await connect(cluster.conninfo());
    await victim.query('listen x');
    const next = victim.notifications().next();
    await connection.query(`select pg_terminate_backend(${victim.backendPid})`);
    await expect(next).rejects.toThrow('terminating connection');
  });

  test('close is polite, final, and may be called twice', async () => {
    const closing = await connect(cluster.conninfo());
    const waiting = closing.query('select pg_sleep(10)').catch((reason: unknown) => reason);
    await closing.close();
    await closing.close();
    expect(await waiting).toSatisfy(isConnectionLostError);
    await expect(closing.query('select 1')).rejects.toThrow('no connection to the server');
  });

  test('await using closes', async () => {
    const held = await connect(cluster.conninfo());
    await held[Symbol.asyncDispose]();
    expect(held.phase).toBe('closed');
  });
});

describe('backpressure', () => {
  test('a slow sink stops the server, and loses nothing', async () => {
    let rows = 0;
    let most = 0;
    let busy = 0;
    await connection.submit(
      { kind: 'simple', sql: "select g, repeat('x', 100) from generate_series(1, 50000) g" },
      {
        rowDescription: () => undefined,
        async dataRows(_bytes, _start, _end, count) {
          busy++;
          most = Math.max(most, busy);
          await new Promise((resolve) => setTimeout(resolve, 1));
          rows += count;
          busy--;
        },
        commandComplete: () => undefined,
        emptyQueryResponse: () => undefined,
        copyResponse: () => undefined,
        errorResponse: () => undefined,
      },
    );
    expect(rows).toBe(50_000);
    expect(most).toBe(1);
  });

  test('a sink that rejects ends its answer, not the connection', async () => {
    const call = connection.submit(
      { kind: 'simple', sql: 'select generate_series(1, 100000)' },
      {
        rowDescription: () => undefined,
        dataRows: () => Promise.reject(new Error('disk full')),
        commandComplete: () => undefined,
        emptyQueryResponse: () => undefined,
        copyResponse: () => undefined,
        errorResponse: () => undefined,
      },
    );
    await expect(call).rejects.toThrow('disk full');
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });
});
