import {
  authenticationUsers,
  type Cluster,
  findPgbouncer,
  type Pgbouncer,
  startCluster,
  startPgbouncer,
} from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isServerError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { stateOfCancelled } from './cancelled.ts';
import { PSQL, runPsql } from './psql-oracle.ts';

const scram = authenticationUsers['scram-sha-256'];
const { md5, password: clear } = authenticationUsers;
const QUESTION = 'select current_user';

type Outcome = { readonly value: string } | { readonly refused: string };

async function askClient(conninfo: string): Promise<Outcome> {
  try {
    await using connection = await connect(conninfo);
    const [result] = await connection.query(QUESTION);
    return { value: String(result?.rows[0]?.['current_user']) };
  } catch (error) {
    return { refused: (error as Error).message };
  }
}

/** Also what pgbouncer says of a refused password is compared with what libpq makes of it. */
async function askBoth(conninfo: string): Promise<Outcome> {
  const ours = await askClient(conninfo);
  if (PSQL !== undefined) expect(ours).toEqual(await runPsql(conninfo, QUESTION));
  return ours;
}

describe.skipIf(findPgbouncer() === undefined)('logging in at pgbouncer [needs pgbouncer here]', () => {
  let cluster: Cluster;
  let pooler: Pgbouncer;

  beforeAll(async () => {
    cluster = await startCluster({ tls: true, authenticationUsers: true });
    pooler = await startPgbouncer(cluster, {
      poolMode: 'session',
      tls: true,
      users: { [scram.user]: scram.password, [md5.user]: md5.password, [clear.user]: clear.password },
      hba: [
        `host all ${scram.user} 127.0.0.1/32 scram-sha-256`,
        `host all ${md5.user} 127.0.0.1/32 md5`,
        `hostssl all ${clear.user} 127.0.0.1/32 password`,
        `host all ${clear.user} 127.0.0.1/32 reject`,
      ],
    });
  });

  afterAll(async () => {
    await pooler?.stop();
    await cluster?.stop();
  });

  const as = (user: string, password: string, options: Readonly<Record<string, string>>): string =>
    pooler.conninfo({ user, password, sslrootcert: cluster.tls?.caFile ?? '', ...options });

  for (const sslmode of ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const) {
    test(`SCRAM, MD5 and cleartext, sslmode=${sslmode}`, async () => {
      expect(await askBoth(as(scram.user, scram.password, { sslmode }))).toEqual({ value: scram.user });
      expect(await askBoth(as(md5.user, md5.password, { sslmode }))).toEqual({ value: md5.user });
      const inClear = await askBoth(as(clear.user, clear.password, { sslmode }));
      if (sslmode === 'disable') expect(inClear).toHaveProperty('refused');
      else expect(inClear).toEqual({ value: clear.user });
      expect(await askBoth(as(scram.user, 'wrong', { sslmode }))).toHaveProperty('refused');
    });
  }

  test('channel binding: pgbouncer offers none, so requiring it is refused before the password is proved', async () => {
    for (const channelBinding of ['disable', 'prefer'] as const) {
      const options = { sslmode: 'require', channel_binding: channelBinding };
      expect(await askBoth(as(scram.user, scram.password, options))).toEqual({ value: scram.user });
    }
    const required = await askBoth(as(scram.user, scram.password, { sslmode: 'require', channel_binding: 'require' }));
    expect('refused' in required && required.refused).toMatch(/channel binding/);
  });

  test('its certificate is checked: another authority, another name', async () => {
    const other = { sslmode: 'verify-ca', sslrootcert: cluster.tls?.otherCaFile ?? '' };
    const refused = await askClient(as(scram.user, scram.password, other));
    expect('refused' in refused && refused.refused).toMatch(/certificate verify failed/);
    await using connection = await connect(as(scram.user, scram.password, { sslmode: 'verify-full' }));
    expect(connection.tls).toBe(true);
  });

  test('a cancel goes over TLS, too', async () => {
    await using connection = await connect(as(scram.user, scram.password, { sslmode: 'require' }));
    expect(await stateOfCancelled(connection, 'select pg_sleep(30)')).toBe('57014');
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('a start-up parameter that it does not know, a database that is not there', async () => {
    const unknown = await askBoth(pooler.conninfo({ options: '-c geqo=off' }));
    expect('refused' in unknown && unknown.refused).toContain('unsupported startup parameter: options');
    const nowhere = await connect(pooler.conninfo({ dbname: 'nowhere' })).catch((error: unknown) => error);
    expect(nowhere).toMatchObject({ name: 'ConnectError' });
  });

  test('application_name is passed on', async () => {
    await using connection = await connect(pooler.conninfo({ application_name: 'through the pooler' }));
    const [result] = await connection.query('show application_name');
    expect(result?.rows).toEqual([{ application_name: 'through the pooler' }]);
  });

  test('protocol 3.2 is asked for: a version that is spoken, or a typed refusal', async () => {
    const asked = await connect(pooler.conninfo({ max_protocol_version: '3.2' })).catch((error: unknown) => error);
    if (asked instanceof Error) expect(asked.message).toMatch(/FATAL: {2}.*(bad packet header|protocol)/);
    else {
      const connection = asked as Awaited<ReturnType<typeof connect>>;
      expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
      await connection.close();
    }
  });

  test('the admin console takes simple queries, and says so to others', async () => {
    await using console = await connect(pooler.conninfo({ dbname: 'pgbouncer' }));
    const [version] = await console.query('show version');
    expect(String(version?.rows[0]?.['version'])).toMatch(/^PgBouncer 1\./);
    const refused: unknown = await console.execute('show version').catch((error: unknown) => error);
    expect(isServerError(refused) || (refused as Error).name === 'ConnectionLostError').toBe(true);
  });
});
