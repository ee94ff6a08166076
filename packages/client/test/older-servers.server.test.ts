import { authenticationUsers, availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsByLibpq } from '../../connstring/test/libpq.ts';
import { isConnectError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import type { Outcome } from './psql-oracle.ts';

// What the newest server is asked by the authentication matrix, the others are asked here: every method, right and
// wrong, for every sslmode and kind of negotiation, with libpq 18 on the same server.

const SSL_MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];
const NEGOTIATIONS = ['postgres', 'direct'];
/** A server before 17 does not know direct TLS: it hangs up. */
const OLDER = availableVersions().slice(1);

interface Login {
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
}

function logins(cluster: Cluster): readonly Login[] {
  const good = cluster.tls?.clients.good;
  const files = { sslcert: good?.certificateFile ?? '', sslkey: good?.keyFile ?? '' };
  return Object.entries(authenticationUsers).flatMap(([method, { password, user }]): readonly Login[] => {
    if (method === 'cert') {
      return [
        { name: 'cert', options: { user, ...files } },
        { name: 'cert, without one', options: { user } },
      ];
    }
    if (password === undefined) return [{ name: method, options: { user } }];
    return [
      { name: method, options: { user, password } },
      { name: `${method}, wrong password`, options: { user, password: 'wrong' } },
    ];
  });
}

async function attempt(conninfo: string): Promise<Outcome> {
  try {
    const connection = await connect(conninfo);
    await connection.close();
    return { connected: connection.tls ? 'tls' : 'plain' };
  } catch (error) {
    // What is no combination at all is refused before there is an attempt.
    if (!isConnectError(error) && !(error instanceof Error && error.name === 'ConninfoError')) throw error;
    return { refused: error.message };
  }
}

/** Ours does not show a password in plain after TLS was refused; libpq does, and is refused again. */
const GUARDED = 'server requested a password over an unencrypted connection after TLS was refused';

describe.skipIf(OLDER.length === 0)(
  'authentication × sslmode on older servers [needs a second PostgreSQL here]',
  () => {
    describe.each(OLDER)('PostgreSQL %i', (version) => {
      let cluster: Cluster;

      beforeAll(async () => {
        cluster = await startCluster({ version, tls: true, authenticationUsers: true });
      });

      afterAll(() => cluster.stop());

      for (const sslnegotiation of NEGOTIATIONS) {
        test(`sslnegotiation=${sslnegotiation}: every login × sslmode, word for word as libpq 18`, async ({ skip }) => {
          const conninfos = logins(cluster).flatMap(({ options }) =>
            SSL_MODES.map((sslmode) =>
              cluster.conninfo({ ...options, sslmode, sslnegotiation, sslrootcert: cluster.tls?.caFile ?? '' }),
            ),
          );
          const ours: Outcome[] = [];
          for (const conninfo of conninfos) ours.push(await attempt(conninfo));
          const connected = ours.filter((outcome) => 'connected' in outcome).length;
          if (sslnegotiation === 'postgres') expect(connected).toBeGreaterThan(SSL_MODES.length * 4 - 1);
          else if (version < 17) expect(connected).toBe(0);
          const theirs = await sessionsByLibpq(conninfos);
          if ('missing' in theirs) return skip(theirs.missing);
          conninfos.forEach((conninfo, at) => {
            const [our, their] = [ours[at], theirs[at]];
            if (our !== undefined && 'refused' in our && our.refused.endsWith(GUARDED)) {
              expect({ conninfo, ...their }).toMatchObject({
                refused: expect.stringMatching(/password authentication failed/),
              });
            } else expect({ conninfo, ...our }).toEqual({ conninfo, ...their });
          });
        });
      }
    });
  },
);
