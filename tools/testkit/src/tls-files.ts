import type { ServerIdentity } from './identity.ts';

/** Where the certificates of a cluster lie. */
export interface TlsFiles {
  readonly settings: Readonly<Record<string, string>>;
}

export function writeTlsFiles(_folder: string, _identity: ServerIdentity | undefined): Promise<TlsFiles> {
  throw new Error('certificates cannot be made yet');
}
