import { dateCodecs, ScramKeyCache, TypeRegistry } from '@pg-dblink/client';
import { type Connection, connect } from '@pg-dblink/client/node';
import { copyPieces } from './copy-pieces.ts';
import { textFingerprint } from './text-fingerprint.ts';
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

const INT8 = 20;
const NUMERIC = 1700;
const TEXT = 'text ';

/** The values that pg and postgres give as well: text for int8, Date for timestamptz. */
export function connectionTypes(): TypeRegistry {
  const types = new TypeRegistry();
  const text = types.find(NUMERIC);
  if (text === undefined) throw new Error('numeric has no codec');
  return types.with(...dateCodecs, { ...text, oid: INT8, arrayOid: 1016, name: 'int8', preferredFormat: 0 });
}

function conninfoOf({ host, port, user, password, tls }: Target): Record<string, string> {
  return {
    host,
    port: String(port),
    user,
    dbname: 'postgres',
    sslmode: tls === true ? 'require' : 'disable',
    ...(password === undefined ? {} : { password }),
  };
}

function open(target: Target): Promise<Connection> {
  return connect(conninfoOf(target), { types: connectionTypes() });
}

/** All values of a statement, or after the word `text` the fingerprint of their bytes. */
async function outcome(connection: Connection, sql: string): Promise<string> {
  if (sql.startsWith(TEXT)) {
    return textFingerprint((await connection.execute(sql.slice(TEXT.length), [], { rows: 'raw' })).rows);
  }
  return valuesText((await connection.execute(sql, [], { rows: 'array' })).rows);
}

/** A work that needs one connection. */
function onConnection(
  task: Task,
  begin: (connection: Connection) => Promise<Pick<Prepared, 'run' | 'reset'>>,
): Promise<Prepared> {
  return open(task.target).then(async (connection) => ({
    ...(await begin(connection)),
    outcome: (sql) => outcome(connection, sql),
    close: () => connection.close(),
  }));
}

/** Takes rows as they come and keeps none. */
export async function sumOfRowsSeen(connection: Connection, sql: string): Promise<number> {
  let sum = 0;
  await connection.forEachRow(sql, [], (row) => {
    sum += row[SUMMED_COLUMN] as number;
  });
  return sum;
}

function sumOfRows(rows: readonly Readonly<Record<string, unknown>>[]): number {
  let sum = 0;
  for (const row of rows) sum += row[SUMMED_COLUMN] as number;
  return sum;
}

export const works: Works = {
  seen: (task) => onConnection(task, async (own) => ({ run: () => sumOfRowsSeen(own, sqlOf(task)) })),
  'seen-prepared': (task) =>
    onConnection(task, async (own) => {
      const statement = await own.prepare(sqlOf(task));
      return {
        run: async () => {
          let sum = 0;
          await statement.forEachRow([], (row) => {
            sum += row[SUMMED_COLUMN] as number;
          });
          return sum;
        },
      };
    }),
  kept: (task) =>
    onConnection(task, async (own) => ({ run: async () => sumOfRows((await own.execute(sqlOf(task))).rows) })),
  'one-column': (task) =>
    onConnection(task, async (own) => ({
      run: async () => {
        let sum = 0;
        const { rows } = await own.execute(sqlOf(task), [], { rows: 'lazy' });
        for (const row of rows) sum += row[SUMMED_COLUMN] as number;
        return sum;
      },
    })),
  columnar: (task) =>
    onConnection(task, async (own) => ({
      run: async () => {
        const [column] = (await own.typedColumns(sqlOf(task))).columns;
        if (column?.kind !== 'int32') throw new Error('the first column is not one of integers');
        let sum = 0;
        const { values } = column;
        for (let row = 0; row < values.length; row += 1) sum += values[row] as number;
        return sum;
      },
    })),
  'select-1': (task) =>
    onConnection(task, async (own) => ({
      run: async () => {
        let sum = 0;
        for (let call = 0; call < countOf(task); call += 1) {
          const [result] = await own.query('SELECT 1 AS a');
          sum += result?.rows[0]?.['a'] as number;
        }
        return sum;
      },
    })),
  'by-key': (task) =>
    onConnection(task, async (own) => {
      const statement = await own.prepare(sqlOf(task));
      return {
        run: async () => {
          let sum = 0;
          for (let key = 1; key <= countOf(task); key += 1) {
            sum += (await statement.execute([key])).rows[0]?.['a'] as number;
          }
          return sum;
        },
      };
    }),
  pipelined: (task) =>
    onConnection(task, async (own) => {
      const statement = await own.prepare(sqlOf(task));
      return {
        run: () =>
          own.pipeline(async (pipeline) => {
            const answers: Promise<number>[] = [];
            for (let key = 1; key <= countOf(task); key += 1) {
              answers.push(pipeline.executePrepared(statement, [key]).then(({ rows }) => rows[0]?.['a'] as number));
            }
            let sum = 0;
            for (const answer of await Promise.all(answers)) sum += answer;
            return sum;
          }),
      };
    }),
  'copy-out': (task) =>
    onConnection(task, async (own) => ({
      run: async () => {
        let bytes = 0;
        for await (const piece of own.copyOut(sqlOf(task))) bytes += piece.byteLength;
        return bytes;
      },
    })),
  'copy-in': (task) =>
    onConnection(task, async (own) => {
      const pieces = copyPieces(countOf(task));
      return {
        run: () => own.copyIn(sqlOf(task), pieces),
        reset: async () => void (await own.query('TRUNCATE copied')),
      };
    }),
  async connect(task) {
    const options = { scramKeys: new ScramKeyCache() };
    return {
      run: async () => {
        for (let round = 0; round < countOf(task); round += 1)
          await (await connect(conninfoOf(task.target), options)).close();
        return countOf(task);
      },
      close: async () => undefined,
    };
  },
};
