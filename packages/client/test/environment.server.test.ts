import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../src/node.ts';

// What of this machine a connection string may draw on: everything as in psql, or nothing.

const { password, user } = authenticationUsers['scram-sha-256'];
let cluster: Cluster;
let home: string;
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  cluster = await startCluster({ authenticationUsers: true });
  home = mkdtempSync(join(tmpdir(), 'pg-dblink-home-'));
  writeFileSync(join(home, '.pgpass'), `127.0.0.1:${cluster.port}:*:${user}:${password}\n`, { mode: 0o600 });
  const service = `[shop]\nhost=127.0.0.1\nport=${cluster.port}\nuser=${user}\ndbname=postgres\napplication_name=of the service\n`;
  writeFileSync(join(home, '.pg_service.conf'), service);
});

afterAll(async () => {
  await cluster.stop();
  rmSync(home, { recursive: true });
});

beforeEach(() => {
  before = { ...process.env };
  Object.assign(process.env, {
    HOME: home,
    PGHOST: '127.0.0.1',
    PGPORT: String(cluster.port),
    PGUSER: user,
    PGDATABASE: 'postgres',
    PGAPPNAME: 'of the environment',
    PGSSLMODE: 'disable',
  });
});

afterEach(() => {
  process.env = before;
});

async function applicationName(conninfo: string): Promise<unknown> {
  await using connection = await connect(conninfo, { environment: 'libpq' });
  const [result] = await connection.query('show application_name');
  return result?.rows[0]?.['application_name'];
}

describe("environment: 'libpq'", () => {
  test('variables and ~/.pgpass complete an empty string', async () => {
    await using connection = await connect('', { environment: 'libpq' });
    expect(connection.passwordSource).toBe('passfile');
    expect((await connection.query('select current_user as u'))[0]?.rows).toEqual([{ u: user }]);
  });

  test('the string goes before the service file, that before the environment, that before the default', async () => {
    expect(await applicationName('service=shop application_name=mine')).toBe('mine');
    expect(await applicationName('service=shop')).toBe('of the service');
    expect(await applicationName('')).toBe('of the environment');
    delete process.env['PGAPPNAME'];
    expect(await applicationName('fallback_application_name=else')).toBe('else');
  });

  test('PGPASSWORD goes before the password file, and is told as what it is', async () => {
    process.env['PGPASSWORD'] = password;
    await using connection = await connect('', { environment: 'libpq' });
    expect(connection.passwordSource).toBe('environment');
  });
});

describe('unless the host asks for it', () => {
  const given = (): string => `host=127.0.0.1 port=${cluster.port} dbname=postgres user=${user}`;

  test('no password file and no variable is looked at', async () => {
    process.env['PGPASSWORD'] = password;
    await expect(connect(given())).rejects.toThrow('fe_sendauth: no password supplied');
    await using connection = await connect(`${given()} password='${password}'`);
    const [result] = await connection.query('show application_name');
    expect(result?.rows).toEqual([{ application_name: '' }]);
  });

  test('host and port come from nowhere', async () => {
    const error: unknown = await connect(`user=${user}`, { socketDirectory: join(home, 'none') }).catch(
      (reason: unknown) => reason,
    );
    expect(String(error)).toContain(
      `on socket "${join(home, 'none')}/.s.PGSQL.5432" failed: No such file or directory`,
    );
  });
});
