import { readFileSync } from 'node:fs';

/** The account that server programs run under; PostgreSQL refuses to run as root. */
export interface ServerIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * Picks the account to drop to: none unless this process is root, then `postgres`, `nobody` or the first ordinary
 * account of the machine.
 *
 * @throws Error when this process is root and the machine knows no other account.
 * @example serverIdentity() // { uid: 65534, gid: 65534, name: 'nobody' } in a container, undefined for a plain user
 */
export function serverIdentity(): ServerIdentity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .flatMap(([name, , uid, gid]) =>
      name !== undefined && uid !== undefined && gid !== undefined && Number(uid) > 0
        ? [{ name, uid: Number(uid), gid: Number(gid) }]
        : [],
    );
  const preferred =
    accounts.find(({ name }) => name === 'postgres') ?? accounts.find(({ name }) => name === 'nobody') ?? accounts[0];
  if (preferred === undefined)
    throw new Error('PostgreSQL refuses to run as root and /etc/passwd names no other account');
  return preferred;
}
