import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf } from './support/sql.ts';

let pg: PGlite;

beforeAll(async () => {
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE ROLE plain');
});

afterAll(() => pg?.close());

const CALLS = [
  [`SELECT * FROM dblink('ordes', 'select 1') AS t(a int)`, 'connection or foreign server'],
  [`SELECT dblink_exec('ordes', 'select 1')`, 'connection or foreign server'],
  [`SELECT dblink_connect('c', 'ordes')`, 'foreign server'],
  [`SELECT dblink_connect('ordes')`, 'foreign server'],
] as const;

it.each(CALLS)('%s is told that there is no such name, from 1.3 on', async (sql, what) => {
  const error = {
    code: '08001',
    message: 'could not establish connection',
    detail: 'missing "=" after "ordes" in connection info string',
  };
  await pg.exec('CREATE EXTENSION dblink');
  expect(await failureOf(pg, sql)).toMatchObject({
    ...error,
    hint: `There is no ${what} named "ordes"; it was read as a connection string.`,
  });
  await pg.exec(`DROP EXTENSION dblink; CREATE EXTENSION dblink VERSION '1.2'`);
  const failure = await failureOf(pg, sql);
  expect(failure).toMatchObject(error);
  expect(failure.hint).toBeUndefined();
  await pg.exec('DROP EXTENSION dblink');
});

it('tells it callers who would have needed a password, too', async () => {
  await pg.exec('CREATE EXTENSION dblink; SET ROLE plain');
  expect(await failureOf(pg, CALLS[0][0])).toMatchObject({
    code: '2F003',
    hint: 'There is no connection or foreign server named "ordes"; it was read as a connection string.',
  });
  expect((await failureOf(pg, `SELECT dblink_connect('host=127.0.0.1')`)).hint).toBeUndefined();
  await pg.exec('RESET ROLE; DROP EXTENSION dblink');
});
