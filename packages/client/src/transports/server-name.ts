import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** Names in the order of the certificate, for messages only: matching is done by OpenSSL on the certificate itself. */
function subjectAltNames(certificate: X509Certificate): readonly { readonly type: string; readonly name: string }[] {
  const text = certificate.subjectAltName ?? '';
  return [...text.matchAll(/(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g)].map(([, type = '', name = '']) => ({
    type,
    name: name.startsWith('"') ? (JSON.parse(name) as string) : name,
  }));
}

function commonName(certificate: X509Certificate): string | undefined {
  return /^CN=(.*)$/m.exec(certificate.subject)?.[1];
}

/**
 * Checks the server's certificate against the literal `host`, as `sslmode=verify-full` demands.
 * Returns libpq's text for a mismatch, or undefined when the name matches.
 *
 * OpenSSL's own matcher is used, which is stricter than libpq in one point: `*.com` matches nothing.
 */
export function checkServerName(certificate: X509Certificate, host: string): string | undefined {
  if (host === '') return 'host name must be specified for a verified SSL connection';
  const alternatives = subjectAltNames(certificate);
  const isAddress = isIP(host) !== 0;
  const usesCommonName = !alternatives.some(({ type }) => type === (isAddress ? 'IP Address' : 'DNS'));
  const matches = isAddress
    ? certificate.checkIP(host) !== undefined ||
      certificate.checkHost(host, { subject: usesCommonName ? 'always' : 'never', wildcards: false }) !== undefined
    : certificate.checkHost(host, {
        subject: usesCommonName ? 'always' : 'never',
        wildcards: true,
        partialWildcards: false,
      }) !== undefined;
  if (matches) return undefined;
  const names = alternatives.map(({ name }) => name);
  const common = usesCommonName ? commonName(certificate) : undefined;
  if (common !== undefined) names.push(common);
  const [first, ...others] = names;
  if (first === undefined) return "could not get server's host name from server certificate";
  const count = others.length === 0 ? '' : ` (and ${others.length} other name${others.length === 1 ? '' : 's'})`;
  return `server certificate for "${first}"${count} does not match host name "${host}"`;
}
