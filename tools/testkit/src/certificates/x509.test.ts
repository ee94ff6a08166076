import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority, createRevocationList, issueCertificate } from './x509.ts';

const authority = createAuthority('Unit authority');
const authorityCertificate = new X509Certificate(authority.certificate);

describe('certificates', () => {
  it.each(['ec', 'rsa', 'ed25519'] as const)('with a key of kind %s verify under their authority', (keyKind) => {
    const issued = issueCertificate(authority, { commonName: 'host', usage: 'server', dnsNames: ['host'], keyKind });
    const certificate = new X509Certificate(issued.certificate);
    expect(certificate.verify(authorityCertificate.publicKey)).toBe(true);
    expect(certificate.checkIssued(authorityCertificate)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(issued.key))).toBe(true);
    expect(certificate.serialNumber.toLowerCase()).toBe(issued.serial);
    expect(certificate.ca).toBe(false);
  });

  it.each(['ec', 'rsa', 'ed25519'] as const)('of an authority with a key of kind %s sign others', (keyKind) => {
    const other = createAuthority('Other', keyKind);
    const certificate = new X509Certificate(other.certificate);
    expect(certificate.ca).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const issued = new X509Certificate(issueCertificate(other, { commonName: 'x', usage: 'client' }).certificate);
    expect(issued.verify(certificate.publicKey)).toBe(true);
    expect(issued.verify(authorityCertificate.publicKey)).toBe(false);
  });

  it('name hosts, addresses and purpose', () => {
    const request = { commonName: 'cn', usage: 'client', dnsNames: ['a', 'b.c'] } as const;
    const { certificate } = issueCertificate(authority, {
      ...request,
      addresses: ['10.0.0.255', '::1', '2001:db8::a:0:1', '1:2:3:4:5:6:7:8', '::'],
    });
    const read = new X509Certificate(certificate);
    expect(read.subject).toBe('CN=cn');
    expect(read.issuer).toBe('CN=Unit authority');
    expect(read.subjectAltName?.split(', ')).toEqual([
      'DNS:a',
      'DNS:b.c',
      'IP Address:10.0.0.255',
      'IP Address:0:0:0:0:0:0:0:1',
      'IP Address:2001:DB8:0:0:0:A:0:1',
      'IP Address:1:2:3:4:5:6:7:8',
      'IP Address:0:0:0:0:0:0:0:0',
    ]);
    // id-kp-clientAuth.
    expect(read.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  });

  it.each([
    ['1949-12-31T23:59:59Z', 'Dec 31 23:59:59 1949 GMT'],
    ['1999-12-31T23:59:59Z', 'Dec 31 23:59:59 1999 GMT'],
    ['2049-12-31T23:59:59Z', 'Dec 31 23:59:59 2049 GMT'],
    ['2050-01-01T00:00:00Z', 'Jan  1 00:00:00 2050 GMT'],
    ['2149-06-01T12:00:00Z', 'Jun  1 12:00:00 2149 GMT'],
  ])('that end at %s say so', (moment, text) => {
    const times = { notBefore: new Date('1940-01-01T00:00:00Z'), notAfter: new Date(moment) };
    const { certificate } = issueCertificate(authority, { commonName: 'x', usage: 'server', ...times });
    expect(new X509Certificate(certificate).validTo).toBe(text);
  });

  it('have serial numbers of their own', () => {
    const serials = Array.from({ length: 20 }, () => issueCertificate(authority, { commonName: 'x', usage: 'client' }));
    expect(new Set(serials.map(({ serial }) => serial)).size).toBe(20);
  });

  it('are listed by their serial numbers when revoked', () => {
    const revoked = issueCertificate(authority, { commonName: 'x', usage: 'client' });
    const list = createRevocationList(authority, [revoked]);
    const der = Buffer.from(list.replace(/-----.*-----|\n/g, ''), 'base64');
    expect(der.includes(Buffer.from(revoked.serial, 'hex'))).toBe(true);
    expect(createRevocationList(authority, [])).toMatch(/^-----BEGIN X509 CRL-----\n/);
  });
});
