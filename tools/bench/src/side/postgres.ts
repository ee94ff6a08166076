import postgres from 'postgres';
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

function open({ tls, host, port, user, password }: Target): postgres.Sql {
  return postgres({
    ...(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }),
    user,
    ...(password === undefined ? {} : { password }),
    database: 'postgres',
    ssl: tls === true ? { rejectUnauthorized: false } : false,
    max: 1,
    fetch_types: false,
    idle_timeout: 0,
    onnotice: () => undefined,
  });
}

function onClient(task: Task, begin: (sql: postgres.Sql) => Pick<Prepared, 'run' | 'reset'>): Promise<Prepared> {
  const sql = open(task.target);
  return Promise.resolve({
    ...begin(sql),
    outcome: async (text) => valuesText((await sql.unsafe(text).values()) as unknown as readonly unknown[][]),
    close: () => sql.end({ timeout: 1 }),
  });
}

const first = (rows: readonly unknown[]): number => (rows[0] as Row)['a'] as number;

/** A statement that is kept prepared, which is what a tagged template is as well. */
const byKey = (sql: postgres.Sql, task: Task, key: number): postgres.PendingQuery<postgres.Row[]> =>
  sql.unsafe(sqlOf(task), [key], { prepare: true });

export const works: Works = {
  seen: (task) =>
    onClient(task, (sql) => ({
      run: async () => {
        let sum = 0;
        await sql.unsafe(sqlOf(task)).forEach((row) => {
          sum += row[SUMMED_COLUMN] as number;
        });
        return sum;
      },
    })),
  kept: (task) =>
    onClient(task, (sql) => ({
      run: async () => {
        let sum = 0;
        for (const row of await sql.unsafe(sqlOf(task))) sum += row[SUMMED_COLUMN] as number;
        return sum;
      },
    })),
  'select-1': (task) =>
    onClient(task, (sql) => ({
      run: async () => {
        let sum = 0;
        for (let call = 0; call < countOf(task); call += 1) sum += first(await sql`SELECT 1 AS a`);
        return sum;
      },
    })),
  'by-key': (task) =>
    onClient(task, (sql) => ({
      run: async () => {
        let sum = 0;
        for (let key = 1; key <= countOf(task); key += 1) sum += first(await byKey(sql, task, key));
        return sum;
      },
    })),
  pipelined: (task) =>
    onClient(task, (sql) => ({
      run: async () => {
        const answers: Promise<number>[] = [];
        for (let key = 1; key <= countOf(task); key += 1) answers.push(byKey(sql, task, key).then(first));
        let sum = 0;
        for (const answer of await Promise.all(answers)) sum += answer;
        return sum;
      },
    })),
};
