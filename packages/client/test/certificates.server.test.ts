import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { describe, expect, test } from 'vitest';
import { askClient, askPsql, PSQL } from './psql-oracle.ts';

const SSL_MODES = ['prefer', 'require', 'verify-ca', 'verify-full'] as const;
const CERTIFICATES = ['good', 'expired', 'wrong-host', 'untrusted', 'revoked', 'common-name-only'] as const;

/** OpenSSL's words for a refused chain differ from version to version; libpq's own do not. */
function withoutOpenSsl(outcome: object): object {
  return JSON.parse(JSON.stringify(outcome).replace(/SSL error: [^"\\]*/g, 'SSL error: …')) as object;
}

for (const certificate of CERTIFICATES) {
  describe.skipIf(PSQL === undefined)(
    `a server whose certificate is ${certificate}, as this machine's libpq sees it`,
    () => {
      test('sslmode × root file × revocation list', async () => {
        const cluster: Cluster = await startCluster({ tls: { certificate } });
        try {
          const files = { none: {}, root: { sslrootcert: cluster.tls?.caFile ?? '' } };
          const revoked = { ...files.root, sslcrl: cluster.tls?.crlFile ?? '' };
          for (const sslmode of SSL_MODES) {
            for (const given of [files.none, files.root, revoked]) {
              // Without a root file libpq 15 looks below the home directory, ours is told not to.
              if (given === files.none && sslmode.startsWith('verify')) continue;
              const string = cluster.conninfo({ sslmode, ...given });
              const [ours, theirs] = [await askClient(string), await askPsql(string)];
              expect({ sslmode, given, outcome: withoutOpenSsl(ours) }).toEqual({
                sslmode,
                given,
                outcome: withoutOpenSsl(theirs),
              });
            }
          }
        } finally {
          await cluster.stop();
        }
      });
    },
  );
}

describe.skipIf(PSQL === undefined)('channel binding', () => {
  for (const keyKind of ['ec', 'rsa', 'ed25519'] as const) {
    test(`with a server key of kind ${keyKind}`, async () => {
      const cluster = await startCluster({
        tls: { keyKind },
        hba: ['host all bound 127.0.0.1/32 scram-sha-256'],
      });
      try {
        await cluster.psql("create role bound login password 'x'");
        for (const channelBinding of ['disable', 'prefer', 'require']) {
          const login = { user: 'bound', password: 'x', sslmode: 'require', channel_binding: channelBinding };
          const string = cluster.conninfo(login);
          expect(await askClient(string)).toEqual(await askPsql(string));
        }
      } finally {
        await cluster.stop();
      }
    });
  }
});
