import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ version: 18, extensions: ['dblink'] });
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec("CREATE EXTENSION dblink VERSION '1.2'; CREATE ROLE plain");
  await cluster.psql('CREATE EXTENSION IF NOT EXISTS dblink');
  await cluster.psql('CREATE ROLE plain');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

const MEMBERS = (catalog: string): string =>
  `SELECT d.objid FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
    WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'dblink'
      AND d.classid = '${catalog}'::regclass`;

const QUERIES = {
  functions: `SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.prosrc, p.procost::text, p.prorows::text,
      p.proleakproof::text, p.prokind::text, p.proacl::text, p.proargnames::text, p.proallargtypes::regtype[]::text,
      p.proargmodes::text, obj_description(p.oid, 'pg_proc')
    FROM pg_proc p WHERE p.oid IN (${MEMBERS('pg_proc')}) ORDER BY 1`,
  types: `SELECT t.typname, t.typtype::text, a.attname, a.atttypid::regtype::text, a.attnum::text
    FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
    WHERE t.oid IN (${MEMBERS('pg_type')}) ORDER BY 1, 5`,
  wrappers: `SELECT fdwname, fdwhandler::text, fdwvalidator::regproc::text, fdwoptions::text, fdwacl::text
    FROM pg_foreign_data_wrapper WHERE oid IN (${MEMBERS('pg_foreign_data_wrapper')})`,
  extension: `SELECT extversion, extrelocatable::text, extconfig::text, extcondition::text,
      obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'dblink'`,
  members: `SELECT d.classid::regclass::text, pg_describe_object(d.classid, d.objid, d.objsubid)
    FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid AND d.refclassid = 'pg_extension'::regclass
    WHERE e.extname = 'dblink' ORDER BY 1, 2`,
  relations: `SELECT relname, relkind::text, relnatts::text, relpersistence::text, relowner::regrole::text, relacl::text
    FROM pg_class WHERE oid IN (SELECT typrelid FROM pg_type WHERE oid IN (${MEMBERS('pg_type')})) ORDER BY 1`,
  servers: `SELECT count(*)::text FROM pg_foreign_server UNION ALL SELECT count(*)::text FROM pg_user_mappings`,
  dependencies: `SELECT pg_describe_object(d.classid, d.objid, d.objsubid),
      pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), d.deptype::text
    FROM pg_depend d JOIN pg_depend m ON (m.classid, m.objid) = (d.classid, d.objid) AND m.deptype = 'e'
    JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'dblink' ORDER BY 1, 2, 3`,
  'initial privileges': `SELECT pg_describe_object(i.classoid, i.objoid, i.objsubid), i.initprivs::text, i.privtype::text
    FROM pg_init_privs i JOIN pg_depend m ON (m.classid, m.objid) = (i.classoid, i.objoid) AND m.deptype = 'e'
    JOIN pg_extension e ON e.oid = m.refobjid AND e.extname = 'dblink' ORDER BY 1`,
  owners: `SELECT DISTINCT proowner::regrole::text FROM pg_proc WHERE oid IN (${MEMBERS('pg_proc')})
    UNION ALL SELECT fdwowner::regrole::text FROM pg_foreign_data_wrapper WHERE fdwname = 'dblink_fdw'`,
  available: `SELECT version, superuser::text, trusted::text, relocatable::text, schema, requires::text, comment
    FROM pg_available_extension_versions WHERE name = 'dblink' AND installed`,
} as const;

describe('the catalog of version 1.2 is that of the C extension', () => {
  it.each(Object.entries(QUERIES))('%s', async (_name, sql) => {
    const [theirs] = await cluster.psql(sql);
    const ours = await rowsOf(pg, sql);
    expect(ours).toEqual(theirs?.rows);
    expect(ours.length).toBeGreaterThan(0);
  });
});

it('a role without rights may call what the C extension grants to everyone, and nothing else', async () => {
  const sql = `SELECT p.oid::regprocedure::text, has_function_privilege('plain', p.oid, 'EXECUTE')::text
    FROM pg_proc p WHERE p.oid IN (${MEMBERS('pg_proc')}) ORDER BY 1`;
  const [theirs] = await cluster.psql(sql);
  const ours = await rowsOf(pg, sql);
  expect(ours).toEqual(theirs?.rows);
  await pg.exec('SET ROLE plain');
  expect(await failureOf(pg, "SELECT dblink_connect_u('host=127.0.0.1')")).toMatchObject({
    code: '42501',
    message: 'permission denied for function dblink_connect_u',
  });
  expect(await failureOf(pg, 'CREATE SERVER s FOREIGN DATA WRAPPER dblink_fdw')).toMatchObject({ code: '42501' });
  await pg.exec('RESET ROLE');
});
