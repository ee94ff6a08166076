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
/** Functions that take NULL for a value, for the unnamed connection or for a type; and those without arguments. */
const NOT_STRICT = [
  'dblink_as',
  'dblink_as',
  'dblink_as',
  'dblink_connections',
  'dblink_exec_params',
  'dblink_explain',
  'dblink_gather_errors',
  'dblink_ledger',
  'dblink_ledger_reset',
  'dblink_params',
  'dblink_send_query_params',
];
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

it('adds functions that say what they are, run as their caller, and are for everyone', async () => {
  const members = `SELECT p.* FROM pg_proc p JOIN pg_depend d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass
    JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'dblink'`;
  await pg.exec(`CREATE EXTENSION dblink VERSION '1.2'; CREATE TABLE contrib AS ${members};
    ALTER EXTENSION dblink UPDATE; CREATE ROLE plain`);
  const added = `SELECT * FROM (${members}) f WHERE f.oid NOT IN (SELECT oid FROM contrib)`;
  const odd = `SELECT oid::regprocedure::text FROM (${added}) f WHERE obj_description(oid, 'pg_proc') IS NULL OR prosecdef
    OR provolatile <> 'v' OR proparallel = 's' OR proleakproof OR NOT has_function_privilege('plain', oid, 'EXECUTE')`;
  expect(await rowsOf(pg, odd)).toEqual([]);
  // The C extension's are as they were, and no call of one of them can mean one of ours.
  expect(
    await rowsOf(pg, `SELECT oid FROM contrib EXCEPT SELECT p.oid FROM (${members}) p, contrib c WHERE p = c`),
  ).toEqual([]);
  const names = `SELECT DISTINCT proname::text FROM (${added}) f`;
  expect(await rowsOf(pg, `${names} INTERSECT SELECT proname::text FROM contrib`)).toEqual([]);
  expect(await rowsOf(pg, `SELECT proname::text FROM (${added}) f WHERE NOT proisstrict ORDER BY 1`)).toEqual(
    NOT_STRICT.map((name) => [name]),
  );
  const [[strict = 0] = []] = await rowsOf(pg, `SELECT count(*)::int FROM (${added}) f WHERE proisstrict`);
  expect(strict).toBeGreaterThan(8);
});
