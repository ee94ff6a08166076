import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsByLibpq } from '../../connstring/test/libpq.ts';
import { isConnectError } from '../src/index.ts';
import { connect, type NodeConnectOptions } from '../src/node.ts';
import {
  type Attempted,
  CHANNEL_BINDINGS,
  type MatrixRow,
  nameOutcome,
  readMatrix,
  readOutcomes,
  readRequireAuth,
  SSL_MODES,
  SSL_NEGOTIATIONS,
} from './authentication-matrix.ts';
import { startTlsFake, type TlsFake } from './tls-fake.ts';

// The table of docs/authentication.md, row by row: ours, the libpq of this machine where there is one, and the table
// must agree.

const MATRIX = readMatrix();
const NAMES = readOutcomes();

const memory = new Map<string, Promise<readonly Attempted[]>>();

let withTls: Cluster;
let withoutTls: Cluster;

beforeAll(async () => {
  [withTls, withoutTls] = await Promise.all([
    startCluster({ tls: true, authenticationUsers: true, hba: ['hostnossl all cert_user all reject'] }),
    startCluster({ authenticationUsers: true }),
  ]);
});

afterAll(async () => {
  await Promise.all([withTls.stop(), withoutTls.stop()]);
});

/** The options of one login at a real server. */
function loginOptions(login: string): Readonly<Record<string, string>> {
  const [method = '', how = ''] = login.split(', ');
  const { password, user } = authenticationUsers[method as keyof typeof authenticationUsers];
  if (method === 'cert') {
    const good = withTls.tls?.clients.good;
    return how === 'with a certificate'
      ? { user, sslcert: good?.certificateFile ?? '', sslkey: good?.keyFile ?? '' }
      : { user };
  }
  if (password === undefined || how === 'no password') return { user };
  return { user, password: how === 'wrong password' ? 'wrong' : password };
}

function conninfos({ login, server, sslMode, sslNegotiation }: MatrixRow): readonly string[] {
  const cluster = server === 'with TLS' ? withTls : withoutTls;
  return CHANNEL_BINDINGS.map((channelBinding) =>
    cluster.conninfo({
      ...loginOptions(login),
      sslmode: sslMode,
      sslnegotiation: sslNegotiation,
      channel_binding: channelBinding,
      sslrootcert: withTls.tls?.caFile ?? '',
    }),
  );
}

async function attempt(conninfo: string, options: NodeConnectOptions = {}): Promise<Attempted> {
  try {
    const connection = await connect(conninfo, options);
    await connection.close();
    return { connected: connection.tls ? 'tls' : 'plain' };
  } catch (error) {
    if (error instanceof Error && (isConnectError(error) || error.name === 'ConninfoError'))
      return { refused: error.message };
    throw error;
  }
}

/** What we mean to do differently (README): then libpq has shown the password in plain, and was refused again. */
function expectSame(conninfo: string, ours: Attempted, theirs: Attempted): void {
  if (nameOutcome(ours, NAMES) === 'guarded') {
    expect(nameOutcome(theirs, NAMES)).toBe('wrong');
    return;
  }
  expect({ conninfo, ...ours }).toEqual({ conninfo, ...theirs });
}

/** How our attempts of a login go, made once for both of its tests. */
function attempts(rows: readonly MatrixRow[]): Promise<readonly Attempted[]> {
  const key = `${rows[0]?.server}: ${rows[0]?.login}`;
  const made =
    memory.get(key) ??
    (async () => {
      const ours: Attempted[] = [];
      for (const conninfo of rows.flatMap((row) => conninfos(row))) ours.push(await attempt(conninfo));
      return ours;
    })();
  memory.set(key, made);
  return made;
}

for (const server of ['with TLS', 'without TLS']) {
  const rows = MATRIX.filter((row) => row.server === server);
  describe(`a server ${server}`, () => {
    for (const login of new Set(rows.map((row) => row.login))) {
      const own = rows.filter((row) => row.login === login);
      const count = own.length * CHANNEL_BINDINGS.length;

      test(`${login}: ${count} combinations of sslnegotiation, sslmode and channel_binding, as in the table`, async () => {
        const named = (await attempts(own)).map((outcome) => nameOutcome(outcome, NAMES));
        expect(inRows(own, named)).toEqual(
          inRows(
            own,
            own.flatMap(({ outcomes }) => outcomes),
          ),
        );
      });

      test(`${login}: the same ${count} combinations, word for word as the libpq 18 of this machine`, async ({
        skip,
      }) => {
        const strings = own.flatMap((row) => conninfos(row));
        const theirs = await sessionsByLibpq(strings);
        if ('missing' in theirs) return skip(theirs.missing);
        expect(theirs.length).toBe(count);
        const ours = await attempts(own);
        strings.forEach((conninfo, at) => {
          const [our, their] = [ours[at], theirs[at]];
          if (our !== undefined && their !== undefined) expectSame(conninfo, our, their);
        });
      });
    }
  });
}

describe('require_auth', () => {
  const rows = readRequireAuth();
  const cases = rows.flatMap(({ outcomes, requireAuth }) =>
    outcomes.map(({ login, outcome }) => ({ requireAuth, login, outcome })),
  );

  for (const negotiation of SSL_NEGOTIATIONS) {
    const strings = (): readonly string[] =>
      cases.map(({ login, requireAuth }) =>
        withTls.conninfo({
          ...loginOptions(login),
          sslmode: 'require',
          sslnegotiation: negotiation,
          require_auth: requireAuth,
        }),
      );

    test(`${rows.length} values for every login, sslnegotiation=${negotiation}, as in the table`, async () => {
      const named: unknown[] = [];
      for (const [at, string] of strings().entries()) {
        named.push({ ...cases[at], outcome: nameOutcome(await attempt(string), NAMES) });
      }
      expect(named).toEqual(cases);
    });

    test(`the same, sslnegotiation=${negotiation}, word for word as the libpq 18 of this machine`, async ({ skip }) => {
      const theirs = await sessionsByLibpq(strings());
      if ('missing' in theirs) return skip(theirs.missing);
      const ours: Attempted[] = [];
      for (const string of strings()) ours.push(await attempt(string));
      expect(ours).toEqual(theirs);
    });
  }
});

/** Outcomes beside the combination that they belong to, so that a difference can be read. */
function inRows(rows: readonly MatrixRow[], outcomes: readonly string[]): readonly string[] {
  const combinations = rows.flatMap(({ sslMode, sslNegotiation }) =>
    CHANNEL_BINDINGS.map((binding) => `${sslNegotiation}, ${sslMode}, ${binding}`),
  );
  return combinations.map((combination, at) => `${combination}: ${outcomes[at]}`);
}

const PLUGINS: Readonly<Record<string, NodeConnectOptions>> = {
  GSSAPI: {},
  SSPI: {},
  OAUTHBEARER: {},
  'GSSAPI, with a plug-in': { securityContext: () => ({ step: () => ({ state: 'established' }) }) },
  'SSPI, with a plug-in': { securityContext: () => ({ step: () => ({ state: 'established' }) }) },
  'OAUTHBEARER, with a token': { oauthToken: () => 'token' },
};

describe('a fake with TLS, for the methods that no server of the tests has', () => {
  const rows = MATRIX.filter((row) => row.server === 'fake');
  for (const login of new Set(rows.map((row) => row.login))) {
    const own = rows.filter((row) => row.login === login);
    test(`${login}: ${own.length * CHANNEL_BINDINGS.length} combinations, as in the table`, async () => {
      const [method = ''] = login.split(', ');
      const fake: TlsFake = await startTlsFake(method as 'GSSAPI' | 'SSPI' | 'OAUTHBEARER');
      try {
        const named: string[] = [];
        for (const { sslMode, sslNegotiation } of own) {
          for (const channelBinding of CHANNEL_BINDINGS) {
            const conninfo = `${fake.conninfo(sslNegotiation)} sslmode=${sslMode} channel_binding=${channelBinding}`;
            named.push(nameOutcome(await attempt(conninfo, PLUGINS[login]), NAMES));
          }
        }
        expect(inRows(own, named)).toEqual(
          inRows(
            own,
            own.flatMap(({ outcomes }) => outcomes),
          ),
        );
      } finally {
        await fake.stop();
      }
    });
  }
});

test('the table has every combination of every login', () => {
  for (const login of new Set(MATRIX.map((row) => `${row.server}: ${row.login}`))) {
    const own = MATRIX.filter((row) => `${row.server}: ${row.login}` === login);
    const expected = SSL_NEGOTIATIONS.flatMap((negotiation) => SSL_MODES.map((mode) => `${negotiation} ${mode}`));
    expect(own.map(({ sslMode, sslNegotiation }) => `${sslNegotiation} ${sslMode}`)).toEqual(expected);
    expect(own.every(({ outcomes }) => outcomes.length === CHANNEL_BINDINGS.length)).toBe(true);
  }
  const methods = new Set(MATRIX.map(({ login }) => login.split(', ')[0]));
  expect([...methods].sort()).toEqual(
    ['GSSAPI', 'OAUTHBEARER', 'SSPI', 'cert', 'md5', 'password', 'reject', 'scram-sha-256', 'trust'].sort(),
  );
});
