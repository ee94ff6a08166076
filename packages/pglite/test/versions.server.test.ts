import { PGlite } from '@electric-sql/pglite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { rowsOf } from './support/sql.ts';

let pg: PGlite;

beforeEach(async () => {
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
});

afterEach(async () => {
  await pg?.close();
});

const VERSION = `SELECT extversion FROM pg_extension WHERE extname = 'dblink'`;
/** Everything that belongs to the extension, with what can be seen of each function. */
const OBJECTS = `
  SELECT pg_describe_object(d.classid, d.objid, d.objsubid),
      CASE WHEN p.oid IS NOT NULL THEN pg_get_functiondef(p.oid) END, p.proacl::text, obj_description(d.objid, 'pg_proc')
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
      LEFT JOIN pg_proc p ON d.classid = 'pg_proc'::regclass AND p.oid = d.objid
    WHERE e.extname = 'dblink' ORDER BY 1`;

it('installs 1.3 when no version is named', async () => {
  await pg.exec('CREATE EXTENSION dblink');
  expect(await rowsOf(pg, VERSION)).toEqual([['1.3']]);
});

it('comes from 1.2 to what an installation of 1.3 has', async () => {
  await pg.exec(`CREATE EXTENSION dblink VERSION '1.2'`);
  expect(await rowsOf(pg, VERSION)).toEqual([['1.2']]);
  const older = await rowsOf(pg, OBJECTS);
  await pg.exec('ALTER EXTENSION dblink UPDATE');
  expect(await rowsOf(pg, VERSION)).toEqual([['1.3']]);
  const updated = await rowsOf(pg, OBJECTS);
  await pg.exec(`DROP EXTENSION dblink; CREATE EXTENSION dblink VERSION '1.3'`);
  expect(await rowsOf(pg, OBJECTS)).toEqual(updated);
  expect(updated).toEqual(expect.arrayContaining(older));
});
