import { createPrivateKey } from 'node:crypto';
import { chownSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Authority,
  type Credential,
  createAuthority,
  createRevocationList,
  issueCertificate,
  type KeyKind,
} from './certificates/x509.ts';
import { authenticationUsers } from './host-based-authentication.ts';
import type { ServerIdentity } from './identity.ts';

/** Which certificate the server shows. */
export interface TlsOptions {
  /**
   * `good` names localhost, 127.0.0.1 and ::1 and is signed by `caFile`; `common-name-only` has the name localhost in its
   * subject and no alternative names; the others have the one fault that they are named after.
   */
  readonly certificate?: 'good' | 'expired' | 'wrong-host' | 'untrusted' | 'revoked' | 'common-name-only';
  readonly keyKind?: KeyKind;
}

/** Paths of a certificate and its key. */
export interface CredentialFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Where the certificates of a cluster lie; for `sslrootcert`, `sslcert`, `sslkey` and `sslcrl`. */
export interface TlsFiles {
  readonly caFile: string;
  /** Another authority, which signed nothing that is good. */
  readonly otherCaFile: string;
  /** Names the `revoked` certificates of the server and of the client. */
  readonly crlFile: string;
  readonly server: CredentialFiles;
  /** `good` is for the role of `authenticationUsers.cert`; `encrypted` is the same one, its key under `keyPassword`. */
  readonly clients: Readonly<Record<'good' | 'expired' | 'revoked' | 'untrusted' | 'encrypted', CredentialFiles>>;
  readonly keyPassword: string;
  /** Signs further certificates by `issueCertificate`. */
  readonly authority: Authority;
  /** What the server needs in postgresql.conf. */
  readonly settings: Readonly<Record<string, string>>;
}

const past = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2020-02-01T00:00:00Z') };
const loopback = { dnsNames: ['localhost'], addresses: ['127.0.0.1', '::1'] };
const keyPassword = 'key secret';

/** Makes all certificates of a cluster and writes them to its folder. */
export async function writeTlsFiles(
  folder: string,
  identity: ServerIdentity | undefined,
  options: TlsOptions = {},
): Promise<TlsFiles> {
  const authority = createAuthority('pg-dblink test authority');
  const other = createAuthority('pg-dblink other authority');
  const user = authenticationUsers.cert.user;
  const server = serverCredential(authority, other, options);
  const good = issueCertificate(authority, { commonName: user, usage: 'client' });
  const revoked = issueCertificate(authority, { commonName: user, usage: 'client' });
  const clients = {
    good,
    revoked,
    expired: issueCertificate(authority, { commonName: user, usage: 'client', ...past }),
    untrusted: issueCertificate(other, { commonName: user, usage: 'client' }),
    encrypted: { ...good, key: encrypt(good.key) },
  };
  const listed = options.certificate === 'revoked' ? [revoked, server] : [revoked];

  const tlsFolder = join(folder, 'tls');
  await mkdir(tlsFolder, { mode: 0o755 });
  const write = async (name: string, text: string, mode: number): Promise<string> => {
    const path = join(tlsFolder, name);
    await writeFile(path, text, { mode });
    return path;
  };
  const writeCredential = async (name: string, credential: Credential): Promise<CredentialFiles> => {
    const certificateFile = await write(`${name}.crt`, credential.certificate, 0o644);
    // Root's keys that a group may read are accepted by the server and by libpq, whichever account reads them.
    const keyFile = await write(`${name}.key`, credential.key, identity === undefined ? 0o600 : 0o640);
    if (identity !== undefined) chownSync(keyFile, 0, identity.gid);
    return { certificateFile, keyFile };
  };
  const caFile = await write('ca.crt', authority.certificate, 0o644);
  const crlFile = await write('ca.crl', createRevocationList(authority, listed), 0o644);
  const serverFiles = await writeCredential('server', server);
  return {
    caFile,
    otherCaFile: await write('other-ca.crt', other.certificate, 0o644),
    crlFile,
    server: serverFiles,
    clients: {
      good: await writeCredential('client', clients.good),
      expired: await writeCredential('client-expired', clients.expired),
      revoked: await writeCredential('client-revoked', clients.revoked),
      untrusted: await writeCredential('client-untrusted', clients.untrusted),
      encrypted: await writeCredential('client-encrypted', clients.encrypted),
    },
    keyPassword,
    authority,
    settings: {
      ssl: 'on',
      ssl_cert_file: serverFiles.certificateFile,
      ssl_key_file: serverFiles.keyFile,
      ssl_ca_file: caFile,
      ssl_crl_file: crlFile,
    },
  };
}

function serverCredential(authority: Authority, other: Authority, options: TlsOptions): Credential {
  const base = {
    commonName: 'localhost',
    usage: 'server',
    ...(options.keyKind === undefined ? {} : { keyKind: options.keyKind }),
  } as const;
  switch (options.certificate ?? 'good') {
    case 'expired':
      return issueCertificate(authority, { ...base, ...loopback, ...past });
    case 'wrong-host':
      return issueCertificate(authority, { ...base, commonName: 'elsewhere.invalid', dnsNames: ['elsewhere.invalid'] });
    case 'untrusted':
      return issueCertificate(other, { ...base, ...loopback });
    case 'common-name-only':
      return issueCertificate(authority, base);
    case 'good':
    case 'revoked':
      return issueCertificate(authority, { ...base, ...loopback });
  }
}

function encrypt(key: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: keyPassword } as const;
  return createPrivateKey(key).export(options).toString();
}
