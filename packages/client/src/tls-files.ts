import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Stats } from 'node:fs';
import type { Environment } from '@pg-dblink/connstring';
import { readDirectoryFiles, readRegularFile, underHome } from './files.ts';
import type { TlsRequest } from './tls-request.ts';
import { TlsError } from './transport.ts';
import type { TlsFiles, TlsMaterial } from './transports/node-tls.ts';
import { osError } from './transports/os-error.ts';

const PROVIDE_ROOT =
  "Either provide the file, use the system's trusted roots with sslrootcert=system, or change sslmode to disable " +
  'server certificate verification.';

/** Where default files are looked for; undefined: nowhere, only named files count. */
export interface TlsFileOptions {
  readonly variables: Environment | undefined;
}

/**
 * Reads the files that the `ssl…` parameters name, with the checks and the words of initialize_SSL of libpq's
 * fe-secure-openssl.c. Default files under `~/.postgresql` count only when the caller took libpq's environment.
 */
export function nodeTlsFiles({ variables }: TlsFileOptions): TlsFiles {
  const defaultFile = (name: string): string | undefined =>
    variables === undefined ? undefined : underHome(variables, `.postgresql/${name}`);
  return {
    async load(request: TlsRequest): Promise<TlsMaterial> {
      const roots = await loadRoots(request, defaultFile('root.crt'));
      return {
        roots,
        revocationLists: roots === undefined || roots === 'system' ? [] : await loadRevocations(request, defaultFile),
        client: await loadClient(request, defaultFile),
      };
    },
  };
}

async function loadRoots(request: TlsRequest, byDefault: string | undefined): Promise<TlsMaterial['roots']> {
  if (request.rootCertificate === 'system') return 'system';
  const path = request.rootCertificate ?? byDefault;
  const file = path === undefined ? ({ kind: 'absent' } as const) : await readRegularFile(path);
  if (file.kind === 'text') {
    if (!file.text.includes('-----BEGIN')) {
      throw new TlsError(`could not read root certificate file "${path}": no certificate or crl found`);
    }
    return file.text;
  }
  if (file.kind === 'unreadable') {
    throw new TlsError(`could not read root certificate file "${path}": ${osError(file.error).message}`);
  }
  if (request.verify === 'if-root-exists') return undefined;
  throw new TlsError(
    path === undefined
      ? `no root certificate file is given\n${PROVIDE_ROOT}`
      : `root certificate file "${path}" does not exist\n${PROVIDE_ROOT}`,
  );
}

async function loadRevocations(
  request: TlsRequest,
  defaultFile: (name: string) => string | undefined,
): Promise<readonly string[]> {
  const { revocationDirectory, revocationList } = request;
  const lists: string[] = [];
  const isDefault = revocationList === undefined && revocationDirectory === undefined;
  const path = isDefault ? defaultFile('root.crl') : revocationList;
  if (path !== undefined) {
    const file = await readRegularFile(path);
    if (file.kind === 'text' && file.text.includes('-----BEGIN X509 CRL')) lists.push(file.text);
    // libpq passes over a list that it cannot load: one that was asked for by name must not be missing unnoticed.
    else if (!isDefault) throw new TlsError(`could not load certificate revocation list "${path}"`);
  }
  if (revocationDirectory !== undefined) {
    const files = await readDirectoryFiles(revocationDirectory);
    if (files === undefined) {
      throw new TlsError(`could not read certificate revocation list directory "${revocationDirectory}"`);
    }
    lists.push(...files.filter((text) => text.includes('-----BEGIN X509 CRL')));
  }
  return lists;
}

async function loadClient(
  request: TlsRequest,
  defaultFile: (name: string) => string | undefined,
): Promise<TlsMaterial['client']> {
  if (request.certificateMode === 'disable') return undefined;
  const path = request.certificate ?? defaultFile('postgresql.crt');
  if (path === undefined) return undefined;
  const file = await readRegularFile(path);
  if (file.kind === 'absent') return undefined;
  if (file.kind !== 'text') {
    const reason = file.kind === 'unreadable' ? osError(file.error).message : 'not a regular file';
    throw new TlsError(`could not open certificate file "${path}": ${reason}`);
  }
  const certificate = parseCertificate(path, file.text);
  const { key, path: keyPath } = await loadKey(request, path, request.key ?? defaultFile('postgresql.key'));
  if (!certificate.checkPrivateKey(key)) {
    throw new TlsError(`certificate does not match private key file "${keyPath}": key values mismatch`);
  }
  return { certificate: file.text, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function parseCertificate(path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new TlsError(`could not read certificate file "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

async function loadKey(
  request: TlsRequest,
  certificatePath: string,
  path: string | undefined,
): Promise<{ readonly key: KeyObject; readonly path: string }> {
  const file = path === undefined ? ({ kind: 'absent' } as const) : await readRegularFile(path);
  if (path === undefined || file.kind === 'absent') {
    throw new TlsError(`certificate present, but not private key file "${path ?? certificatePath}"`);
  }
  if (file.kind === 'not-regular') throw new TlsError(`private key file "${path}" is not a regular file`);
  if (file.kind === 'unreadable') {
    throw new TlsError(`could not load private key file "${path}": ${osError(file.error).message}`);
  }
  checkKeyMode(path, file.status);
  try {
    const passphrase = request.keyPassword === undefined ? {} : { passphrase: request.keyPassword };
    return { key: createPrivateKey({ key: file.text, ...passphrase }), path };
  } catch (error) {
    throw new TlsError(`could not load private key file "${path}": ${reasonOf(error)}`, { cause: error });
  }
}

/** Nobody but the owner may read a key; root's may be readable by its group. */
function checkKeyMode(path: string, { mode, uid }: Stats): void {
  if (process.platform === 'win32' || (mode & (uid === 0 ? 0o037 : 0o077)) === 0) return;
  throw new TlsError(
    `private key file "${path}" has group or world access; file must have permissions u=rw (0600) or less if owned ` +
      'by the current user, or permissions u=rw,g=r (0640) or less if owned by root',
  );
}

/** OpenSSL's reason when there is one. */
function reasonOf(error: unknown): string {
  const reason = (error as { reason?: unknown }).reason;
  if (typeof reason === 'string') return reason;
  return error instanceof Error ? error.message : String(error);
}
