import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Connection, isPipelineAbortedError, isUsageError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { sqlStateOf } from './sql-state-of.ts';

describe.each(availableVersions())('PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let connection: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    connection = await connect(cluster.conninfo(), { cancelTimeoutMs: 3000 });
  });

  afterAll(async () => {
    await connection.close();
    await cluster.stop();
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
        expect(third.status === 'rejected' && isPipelineAbortedError(third.reason) && third.reason.cause).toMatchObject(
          {
            sqlState: '22012',
          },
        );
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

    test('CSV with a header, quotes and line ends inside', async () => {
      const text = 'a,b\n1,"two\nlines, ""quoted"""\n2,\n';
      const options = '(format csv, header match)';
      expect(await connection.copyIn(`copy c from stdin ${options}`, [text.slice(0, 9), text.slice(9)])).toBe(2);
      let out = '';
      for await (const piece of connection.copyOut('copy c to stdout (format csv, header)')) {
        out += new TextDecoder().decode(piece);
      }
      expect(out).toBe(text);
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

    test('a refusal in the middle of large pieces, and a cancel: the connection goes on', async () => {
      const piece = Buffer.from('1\tx\n'.repeat(100_000));
      const bad = [...Array.from({ length: 20 }, () => piece), Buffer.from('bad\n'.repeat(10_000)), piece];
      expect(await sqlStateOf(connection.copyIn('copy c from stdin', bad))).toBe('22P02');
      async function* endless(): AsyncGenerator<Uint8Array> {
        for (;;) yield piece;
      }
      const call = connection.copyIn('copy c from stdin', endless());
      setTimeout(() => void connection.cancel(), 50);
      expect(await sqlStateOf(call)).toBe('57014');
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
});
