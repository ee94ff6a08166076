import { X509Certificate } from 'node:crypto';
import { createAuthority, issueCertificate } from '@pg-dblink/testkit';
import { describe, expect, test } from 'vitest';
import { endPointHashName } from './certificate-hash.ts';

/** A certificate whose signature has this algorithm identifier, and nothing else of interest. */
function certificateSignedBy(algorithm: readonly number[]): Uint8Array {
  const identifier = [0x30, algorithm.length, ...algorithm];
  const content = [0x30, 0x02, 0x05, 0x00, ...identifier, 0x03, 0x01, 0x00];
  return Uint8Array.of(0x30, content.length, ...content);
}

const SHA256_WITH_RSA = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b, 0x05, 0x00];
const RSASSA_PSS = [0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];

describe('the hash of tls-server-end-point (RFC 5929, section 4.1)', () => {
  test('follows the signature', () => {
    expect(endPointHashName(certificateSignedBy(SHA256_WITH_RSA))).toBe('sha256');
    expect(endPointHashName(certificateSignedBy(SHA256_WITH_RSA.with(10, 0x0c)))).toBe('sha384');
    expect(endPointHashName(certificateSignedBy(SHA256_WITH_RSA.with(10, 0x0e)))).toBe('sha224');
  });

  test('raises MD5 and SHA-1 to SHA-256', () => {
    expect(endPointHashName(certificateSignedBy(SHA256_WITH_RSA.with(10, 0x04)))).toBe('sha256');
    expect(endPointHashName(certificateSignedBy(SHA256_WITH_RSA.with(10, 0x05)))).toBe('sha256');
  });

  test('is in the parameters of RSASSA-PSS, SHA-1 by default', () => {
    const sha512 = [0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03];
    const parameters = [0x30, sha512.length + 4, 0xa0, sha512.length + 2, 0x30, sha512.length, ...sha512];
    expect(endPointHashName(certificateSignedBy([...RSASSA_PSS, ...parameters]))).toBe('sha512');
    expect(endPointHashName(certificateSignedBy([...RSASSA_PSS, 0x30, 0x00]))).toBe('sha256');
  });

  test('is that of real certificates, and none where the signature has no hash of its own', () => {
    const names = { ec: 'sha256', rsa: 'sha256', ed25519: undefined } as const;
    for (const [kind, name] of Object.entries(names)) {
      const authority = createAuthority('ca', kind as keyof typeof names);
      const { certificate } = issueCertificate(authority, { commonName: 'server', usage: 'server' });
      expect(endPointHashName(new X509Certificate(certificate).raw)).toBe(name);
    }
  });

  test('garbage has none', () => {
    for (const bytes of [[], [0x30], [0x30, 0x84, 255, 255, 255, 255], [0x31, 0x00], [0x30, 0x80]]) {
      expect(endPointHashName(Uint8Array.from(bytes))).toBeUndefined();
    }
  });
});
