import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from, to } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import { copyPieces } from './copy-pieces.ts';
import {
  countOf,
  type Prepared,
  SUMMED_COLUMN,
  sqlOf,
  type Target,
  type Task,
  valuesText,
  type Works,
} from './work.ts';

type Row = Readonly<Record<string, unknown>>;

async function open({ tls, ...target }: Target, isPipelined = false): Promise<pg.Client> {
  const options = {
    ...target,
    database: 'postgres',
    ssl: tls === true ? { rejectUnauthorized: false } : false,
    pipeline: isPipelined,
  };
  const client = new pg.Client(options);
  await client.connect();
  return client;
}

/** All values of a query. */
export async function outcomeOf(client: pg.Client, sql: string): Promise<string> {
  return valuesText((await client.query<unknown[]>({ text: sql, rowMode: 'array' })).rows);
}

async function onClient(
  client: pg.Client,
  begin: (client: pg.Client) => Promise<Pick<Prepared, 'run' | 'reset'>>,
): Promise<Prepared> {
  return {
    ...(await begin(client)),
    outcome: (sql) => outcomeOf(client, sql),
    close: () => client.end(),
  };
}

/** The query's own events: nobody keeps the rows. */
export async function sumOfEvents(client: pg.Client, sql: string): Promise<number> {
  let sum = 0;
  const query = client.query(new pg.Query(sql));
  query.on('row', (row: unknown) => {
    sum += (row as Row)[SUMMED_COLUMN] as number;
  });
  await once(query, 'end');
  return sum;
}

const CURSOR_ROWS = 10_000;

async function sumOfCursor(client: pg.Client, sql: string): Promise<number> {
  let sum = 0;
  const cursor = client.query(new Cursor(sql));
  for (;;) {
    const rows = await cursor.read(CURSOR_ROWS);
    if (rows.length === 0) break;
    for (const row of rows) sum += row[SUMMED_COLUMN] as number;
  }
  await cursor.close();
  return sum;
}

const byKey = (task: Task, key: number): pg.QueryConfig => ({ name: 'by key', text: sqlOf(task), values: [key] });

export const works: Works = {
  seen: async (task) =>
    onClient(await open(task.target), async (own) => ({ run: () => sumOfEvents(own, sqlOf(task)) })),
  kept: async (task) =>
    onClient(await open(task.target), async (own) => ({
      run: async () => {
        let sum = 0;
        for (const row of (await own.query<Row>(sqlOf(task))).rows) sum += row[SUMMED_COLUMN] as number;
        return sum;
      },
    })),
  cursor: async (task) =>
    onClient(await open(task.target), async (own) => ({ run: () => sumOfCursor(own, sqlOf(task)) })),
  'select-1': async (task) =>
    onClient(await open(task.target), async (own) => ({
      run: async () => {
        let sum = 0;
        for (let call = 0; call < countOf(task); call += 1) {
          sum += (await own.query<Row>('SELECT 1 AS a')).rows[0]?.['a'] as number;
        }
        return sum;
      },
    })),
  'by-key': async (task) =>
    onClient(await open(task.target), async (own) => ({
      run: async () => {
        let sum = 0;
        for (let key = 1; key <= countOf(task); key += 1) {
          sum += (await own.query<Row>(byKey(task, key))).rows[0]?.['a'] as number;
        }
        return sum;
      },
    })),
  pipelined: async (task) =>
    onClient(await open(task.target, true), async (own) => ({
      run: async () => {
        const answers: Promise<number>[] = [];
        for (let key = 1; key <= countOf(task); key += 1) {
          answers.push(own.query<Row>(byKey(task, key)).then(({ rows }) => rows[0]?.['a'] as number));
        }
        let sum = 0;
        for (const answer of await Promise.all(answers)) sum += answer;
        return sum;
      },
    })),
  'copy-out': async (task) =>
    onClient(await open(task.target), async (own) => ({
      run: async () => {
        let bytes = 0;
        const copy = own.query(to(sqlOf(task)));
        copy.on('data', (piece: Buffer) => {
          bytes += piece.byteLength;
        });
        await once(copy, 'end');
        return bytes;
      },
    })),
  'copy-in': async (task) =>
    onClient(await open(task.target), async (own) => {
      const pieces = copyPieces(countOf(task));
      return {
        run: async () => {
          const copy = own.query(from(sqlOf(task)));
          await pipeline(Readable.from(pieces), copy);
          return copy.rowCount;
        },
        reset: async () => void (await own.query('TRUNCATE copied')),
      };
    }),
  async connect(task) {
    return {
      run: async () => {
        for (let round = 0; round < countOf(task); round += 1) await (await open(task.target)).end();
        return countOf(task);
      },
      close: async () => undefined,
    };
  },
};
