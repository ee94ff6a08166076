import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv6 } from 'node:net';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  nothing,
  objectIdentifier,
  octetString,
  sequence,
  set,
  time,
  utf8String,
} from './der.ts';

/*
 * Certificates and revocation lists as RFC 5280 has them. Node can sign and read certificates but cannot make them, and
 * a machine that runs the tests need not have openssl.
 */

/** Kinds of key whose signatures servers meet; with `ed25519` no hash is defined for channel binding. */
export type KeyKind = 'ec' | 'rsa' | 'ed25519';

/** A certificate with its private key, both as PEM. */
export interface Credential {
  readonly certificate: string;
  readonly key: string;
  readonly serial: string;
}

/** A credential that may sign others. */
export interface Authority extends Credential {
  readonly commonName: string;
}

/** What a certificate says of its holder. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly usage: 'server' | 'client';
  readonly dnsNames?: readonly string[];
  readonly addresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keyKind?: KeyKind;
}

const day = 86_400_000;

/**
 * Makes a self-signed certificate authority.
 *
 * @example const authority = createAuthority('Test CA')
 */
export function createAuthority(commonName: string, keyKind: KeyKind = 'ec'): Authority {
  const key = newKey(keyKind);
  const extensions = [
    extension('2.5.29.19', sequence(boolean(true)), 'critical'),
    // keyCertSign and cRLSign.
    extension('2.5.29.15', bitString(Buffer.from([0x06]), 1), 'critical'),
    extension('2.5.29.14', octetString(keyIdentifier(key))),
  ];
  const validity = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) };
  return { commonName, ...certify(commonName, key, { commonName, key }, validity, extensions) };
}

/**
 * Makes a key and a certificate for it.
 *
 * @example issueCertificate(authority, { commonName: 'localhost', usage: 'server', dnsNames: ['localhost'] })
 */
export function issueCertificate(authority: Authority, request: CertificateRequest): Credential {
  const key = newKey(request.keyKind ?? 'ec');
  const issuer = { commonName: authority.commonName, key: privateKey(authority) };
  const names = [
    ...(request.dnsNames ?? []).map((name) => implicit(2, Buffer.from(name, 'latin1'))),
    ...(request.addresses ?? []).map((address) => implicit(7, addressBytes(address))),
  ];
  const purpose = request.usage === 'server' ? '1.3.6.1.5.5.7.3.1' : '1.3.6.1.5.5.7.3.2';
  const extensions = [
    extension('2.5.29.19', sequence(), 'critical'),
    // digitalSignature and keyEncipherment.
    extension('2.5.29.15', bitString(Buffer.from([0xa0]), 5), 'critical'),
    extension('2.5.29.37', sequence(objectIdentifier(purpose))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer.key)))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names))]),
  ];
  const { notBefore = new Date(Date.now() - day), notAfter = new Date(Date.now() + 30 * day) } = request;
  return certify(request.commonName, key, issuer, { notBefore, notAfter }, extensions);
}

/**
 * Makes a revocation list (RFC 5280 section 5) of the authority that names these credentials, as PEM.
 *
 * @example createRevocationList(authority, [stolen])
 */
export function createRevocationList(authority: Authority, revoked: readonly Credential[]): string {
  const key = privateKey(authority);
  const now = new Date();
  const entries = revoked.map(({ serial }) => sequence(integer(Buffer.from(serial, 'hex')), time(now)));
  const list = sequence(
    integer(1),
    signatureAlgorithm(key),
    distinguishedName(authority.commonName),
    time(new Date(now.getTime() - day)),
    time(new Date(now.getTime() + 30 * day)),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    explicit(
      0,
      sequence(extension('2.5.29.35', sequence(implicit(0, keyIdentifier(key)))), extension('2.5.29.20', integer(1))),
    ),
  );
  return pem('X509 CRL', signed(list, key));
}

interface Issuer {
  readonly commonName: string;
  readonly key: KeyObject;
}

function certify(
  commonName: string,
  key: KeyObject,
  issuer: Issuer,
  validity: { readonly notBefore: Date; readonly notAfter: Date },
  extensions: readonly Buffer[],
): Credential {
  // A leading bit of zero keeps the number positive and its hexadecimal form the same length everywhere.
  const serial = Buffer.concat([Buffer.from([0x11]), randomBytes(15)]);
  const body = sequence(
    explicit(0, integer(2)),
    integer(serial),
    signatureAlgorithm(issuer.key),
    distinguishedName(issuer.commonName),
    sequence(time(validity.notBefore), time(validity.notAfter)),
    distinguishedName(commonName),
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  const certificate = pem('CERTIFICATE', signed(body, issuer.key));
  return {
    // Read once by Node's own parser, so that a wrong byte fails here and not in some handshake.
    certificate: new X509Certificate(certificate).toString(),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    serial: serial.toString('hex'),
  };
}

function newKey(kind: KeyKind): KeyObject {
  if (kind === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  if (kind === 'ed25519') return generateKeyPairSync('ed25519').privateKey;
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function privateKey(credential: Credential): KeyObject {
  return createPrivateKey(credential.key);
}

function signatureAlgorithm(key: KeyObject): Buffer {
  if (key.asymmetricKeyType === 'rsa') return sequence(objectIdentifier('1.2.840.113549.1.1.11'), nothing());
  return sequence(objectIdentifier(key.asymmetricKeyType === 'ed25519' ? '1.3.101.112' : '1.2.840.10045.4.3.2'));
}

function signed(body: Buffer, key: KeyObject): Buffer {
  const signature = sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', body, key);
  return sequence(body, signatureAlgorithm(key), bitString(signature));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8String(commonName))));
}

function extension(identifier: string, content: Buffer, critical?: 'critical'): Buffer {
  const flag = critical === undefined ? [] : [boolean(true)];
  return sequence(objectIdentifier(identifier), ...flag, octetString(content));
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest();
}

function addressBytes(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail = ''] = address.split('::');
  const words = (text: string): string[] => text.split(':').filter((word) => word !== '');
  const zeros = Array<string>(8 - words(head).length - words(tail).length).fill('0');
  const all = address.includes('::') ? [...words(head), ...zeros, ...words(tail)] : words(address);
  return Buffer.from(all.map((word) => word.padStart(4, '0')).join(''), 'hex');
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
