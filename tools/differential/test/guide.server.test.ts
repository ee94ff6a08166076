import { PGlite } from '@electric-sql/pglite';
import { dblink } from '@pg-dblink/pglite';
import { type Cluster, readOutcome, type SuperuserSession, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeText } from '../src/outcome-text.ts';
import { type GuideHosts, guideStatements, manualStatements } from './guide-statements.ts';

/*
 * What a reader of the guide and of the manual types, statement by statement, with servers that have the tables and
 * users they name. The C extension runs them too: what stands in the table is what both must give.
 */
let server: Cluster;
let engine: PGlite;
let theirs: Cluster;
let session: SuperuserSession;

beforeAll(async () => {
  server = await startCluster({
    tls: true,
    databases: ['my_remote_database', 'prod_data', 'orders_data', 'contrib_regression'],
    hba: [
      ...['my_remote_user', 'reporter'].map((role) => `hostssl all ${role} 127.0.0.1/32 scram-sha-256`),
      'host all regress_dblink_user 127.0.0.1/32 scram-sha-256',
    ],
  });
  for (const [database, sql] of Object.entries(remoteObjects)) await server.psql(sql, database);
  theirs = await startCluster({ databases: ['here'] });
  await theirs.psql('create extension dblink', 'here');
  session = await theirs.session({ database: 'here' });
  engine = await PGlite.create({ extensions: { dblink: dblink() } });
});

afterAll(async () => {
  await engine.close();
  await session.close();
  await Promise.all([server.stop(), theirs.stop()]);
});

describe.each(['the guide', 'the manual'] as const)('%s', (which) => {
  const run = async (): Promise<void> => {
    const statements = which === 'the guide' ? guideStatements(hosts()) : manualStatements(hosts());
    for (const [sql, gives] of statements) {
      const ours = readOutcome(await engine.execProtocolRaw(queryMessage(sql)));
      expect(outcomeText(ours), sql).toBe(expected(gives, 'ours'));
    }
  };
  it('holds in the embedded database, statement by statement', run);

  it('holds for the C extension too', async () => {
    const statements = which === 'the guide' ? guideStatements(hosts()) : manualStatements(hosts());
    for (const [sql, gives] of statements)
      expect(outcomeText(await session.run(sql)), sql).toBe(expected(gives, 'theirs'));
  });
});

/** The extension is there already on the other side, and PostgreSQL says so. */
function expected(gives: string, side: 'ours' | 'theirs'): string {
  return gives === '<CREATE EXTENSION>' && side === 'theirs'
    ? `NOTICE 42710 extension "dblink" already exists, skipping + ${gives}`
    : gives;
}

function hosts(): GuideHosts {
  const tls = (dbname: string, user: string, password: string): string =>
    server.conninfo({ dbname, user, password, sslmode: 'require' });
  return {
    remote: tls('my_remote_database', 'my_remote_user', 'my_remote_password'),
    production: tls('prod_data', 'reporter', 'securepass'),
    orders: tls('orders_data', 'reporter', 'securepass'),
    postgres: server.conninfo(),
    port: server.port,
  };
}

const ordersTable = `
  create table orders (id int primary key, customer_id int, amount numeric(10, 2));
  insert into orders values (1, 1, 10.25), (2, 1, 20.25), (3, 2, 7.25);
  grant select on orders to reporter;
`;

const remoteObjects: Readonly<Record<string, string>> = {
  postgres: `
    create role my_remote_user login password 'my_remote_password';
    create role reporter login password 'securepass';
    create role regress_dblink_user login password 'secret';
  `,
  my_remote_database: `
    create table users (id int);
    create table user_profiles (id int);
    create table remote_table (col1 int, col2 text);
    insert into remote_table values (1, 'one'), (2, null);
    create table todos (id int, user_id text, task text, is_complete boolean, inserted_at timestamptz);
    insert into todos values (1, 'u-1', 'write the report', false, '2024-11-01 10:00Z'),
      (2, 'u-2', 'héberger', true, '2024-11-02 11:30Z');
    grant select on all tables in schema public to my_remote_user;
  `,
  prod_data: ordersTable,
  orders_data: ordersTable,
  contrib_regression: `
    create table foo (f1 int, f2 text, f3 text[], primary key (f1, f2));
    insert into foo select i, chr(97 + i), array['a' || i, 'b' || i, 'c' || i] from generate_series(0, 10) i;
    grant select on foo to regress_dblink_user;
  `,
};

function queryMessage(sql: string): Uint8Array {
  const body = Buffer.from(`${sql}\0`);
  const head = Buffer.alloc(5, 'Q');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
