import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ScramKeyCache } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { askClient, type Outcome } from './psql-oracle.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster({ tls: true, authenticationUsers: true });
});

afterAll(() => cluster.stop());

interface Login {
  readonly user: string;
  readonly password: string | undefined;
}

function conninfo({ password, user }: Login, options: Readonly<Record<string, string>>): string {
  const overrides = { user, ...(password === undefined ? {} : { password }), ...options };
  return cluster.conninfo({ ...overrides, sslrootcert: cluster.tls?.caFile ?? '' });
}

describe('what the table does not show', () => {
  const scram = authenticationUsers['scram-sha-256'];

  test('sslnegotiation=direct', async () => {
    const string = conninfo(scram, { sslmode: 'require', sslnegotiation: 'direct' });
    expect(await askClient(string)).toEqual({ connected: 'tls' });
  });

  test('a client certificate logs in where cert is asked for', async () => {
    const good = cluster.tls?.clients.good;
    const files = { sslcert: good?.certificateFile ?? '', sslkey: good?.keyFile ?? '' };
    const string = conninfo(authenticationUsers.cert, { sslmode: 'verify-full', ...files });
    expect(await askClient(string)).toEqual({ connected: 'tls' });
  });

  test('the host may allow strings to name just its own authority', async () => {
    const caFile = cluster.tls?.caFile ?? '';
    const string = conninfo(scram, { sslmode: 'verify-full' });
    await using connection = await connect(string, { allowFiles: [caFile] });
    expect(connection.tls).toBe(true);
    const refused = { code: 'local-file', keyword: 'sslrootcert' };
    await expect(connect(string, { allowFiles: false })).rejects.toMatchObject(refused);
    await expect(connect(string, { allowFiles: [`${caFile}.old`] })).rejects.toMatchObject(refused);
    const more = conninfo(scram, { sslmode: 'verify-full', sslkey: cluster.tls?.clients.good.keyFile ?? '' });
    await expect(connect(more, { allowFiles: [caFile] })).rejects.toMatchObject({ keyword: 'sslkey' });
  });

  test('an encrypted key needs its password', async () => {
    const encrypted = cluster.tls?.clients.encrypted;
    const files = { sslcert: encrypted?.certificateFile ?? '', sslkey: encrypted?.keyFile ?? '' };
    const without = await askClient(conninfo(authenticationUsers.cert, { sslmode: 'verify-full', ...files }));
    expect('refused' in without && without.refused).toMatch(/could not load private key file/);
    const sslpassword = cluster.tls?.keyPassword ?? '';
    const withPassword = conninfo(authenticationUsers.cert, { sslmode: 'verify-full', ...files, sslpassword });
    expect(await askClient(withPassword)).toEqual({ connected: 'tls' });
  });

  test('require_auth', async () => {
    const refused = (method: string, event: string): string =>
      `connection to server at "127.0.0.1", port ${cluster.port} failed: authentication method requirement "${method}" failed: ${event}`;
    const ask = (user: Login, method: string): Promise<Outcome> =>
      askClient(conninfo(user, { sslmode: 'disable', require_auth: method }));
    expect(await ask(scram, 'scram-sha-256')).toEqual({ connected: 'plain' });
    expect(await ask(scram, '!password,!md5')).toEqual({ connected: 'plain' });
    expect(await ask(authenticationUsers.trust, 'none')).toEqual({ connected: 'plain' });
    expect(await ask(authenticationUsers.trust, 'scram-sha-256')).toEqual({
      refused: refused('scram-sha-256', 'server did not complete authentication'),
    });
    expect(await ask(authenticationUsers.md5, 'scram-sha-256')).toEqual({
      refused: refused('scram-sha-256', 'server requested a hashed password'),
    });
    expect(await ask(authenticationUsers.password, '!password')).toEqual({
      refused: refused('!password', 'server requested a cleartext password'),
    });
  });

  test('scram_client_key and scram_server_key in the place of a password', async () => {
    const [result] = await cluster.psql(`select rolpassword from pg_authid where rolname = '${scram.user}'`);
    const [, iterations = '', salt = '', , serverKey = ''] =
      /^SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)$/.exec(result?.rows[0]?.[0] ?? '') ?? [];
    const { createHmac, pbkdf2Sync } = await import('node:crypto');
    const salted = pbkdf2Sync(scram.password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256');
    const clientKey = createHmac('sha256', salted).update('Client Key').digest('base64');
    const keys = { scram_client_key: clientKey, scram_server_key: serverKey };
    const login = { user: scram.user, password: undefined };
    expect(await askClient(conninfo(login, { sslmode: 'require', ...keys }))).toEqual({ connected: 'tls' });
    const wrong = { ...keys, scram_server_key: Buffer.alloc(32).toString('base64') };
    const refused = await askClient(conninfo(login, { sslmode: 'require', ...wrong }));
    expect('refused' in refused && refused.refused).toMatch(/incorrect server signature/);
  });

  test('the password may come from a callback, and its source is told', async () => {
    const asked: unknown[] = [];
    await using connection = await connect(
      conninfo({ user: scram.user, password: undefined }, { sslmode: 'disable' }),
      {
        password: (request) => {
          asked.push(request);
          return scram.password;
        },
      },
    );
    expect(connection.passwordUsed).toBe(true);
    expect(connection.passwordSource).toBe('callback');
    expect(asked).toEqual([
      { host: '127.0.0.1', port: cluster.port, user: scram.user, dbname: 'postgres', method: 'scram-sha-256' },
    ]);
  });

  test('derived keys are remembered, and a wrong password is still wrong', async () => {
    const scramKeys = new ScramKeyCache();
    for (let round = 0; round < 3; round++) {
      await using connection = await connect(conninfo(scram, { sslmode: 'disable' }), { scramKeys });
      expect(connection.passwordSource).toBe('conninfo');
    }
    const wrong = connect(conninfo({ ...scram, password: 'wrong' }, { sslmode: 'disable' }), { scramKeys });
    await expect(wrong).rejects.toThrow('password authentication failed');
  });

  test('a secret never shows in an error, however it is looked at', async () => {
    const { inspect } = await import('node:util');
    const canary = 'c4n4ry-p4ssw0rd';
    for (const string of [
      conninfo({ user: scram.user, password: canary }, { sslmode: 'disable' }),
      conninfo({ user: scram.user, password: canary }, { sslmode: 'verify-full', host: 'localhost', sslcrl: '/none' }),
      `host=127.0.0.1 port=1 user=u password=${canary}`,
    ]) {
      const error: unknown = await connect(string).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(Error);
      expect(inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error)).not.toContain(canary);
    }
  });
});
