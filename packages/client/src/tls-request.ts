/** What the connection string demands of TLS (connection string parameters `ssl*`), paths not yet read. */
export interface TlsRequest {
  /** How much of the server's certificate is checked. */
  readonly verify: 'if-root-exists' | 'chain' | 'chain-and-name';
  /** The literal `host`, for the name check and SNI; empty when only an address is known. */
  readonly host: string;
  readonly address: string;
  readonly sendServerName: boolean;
  /** `sslrootcert`: undefined means the default file, `system` the platform's roots. */
  readonly rootCertificate: string | undefined;
  readonly revocationList: string | undefined;
  readonly revocationDirectory: string | undefined;
  readonly certificateMode: 'disable' | 'allow' | 'require';
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: string | undefined;
  readonly minVersion: TlsVersion | undefined;
  readonly maxVersion: TlsVersion | undefined;
}

/** The versions of TLS that a connection string can name. */
export type TlsVersion = 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';

/** The one application protocol that PostgreSQL knows by ALPN. */
export const ALPN_PROTOCOL = 'postgresql';
