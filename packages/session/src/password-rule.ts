import { parseConninfo } from '@pg-dblink/connstring';
import type { RemoteConnection } from './connection.ts';
import { DblinkError } from './errors.ts';

const MESSAGE = 'password or GSSAPI delegated credentials required';

/**
 * A caller who is no superuser must not borrow the credentials of the server's own account: the string itself has to
 * bring a password (dblink_security_check). A string that cannot be parsed brings none.
 *
 * @param advice - what else may be wrong with the string
 * @throws DblinkError 2F003
 */
export function requirePassword(conninfo: string, advice?: string): void {
  if (passwordIn(conninfo)) return;
  throw new DblinkError({
    sqlState: '2F003',
    message: MESSAGE,
    detail: 'Non-superusers must provide a password in the connection string or send delegated GSSAPI credentials.',
    advice,
  });
}

function passwordIn(conninfo: string): boolean {
  try {
    return Boolean(parseConninfo(conninfo).password);
  } catch {
    return false;
  }
}

/**
 * And the remote server must really have asked for that password: otherwise the connection is one that the server's
 * account was trusted with (dblink_security_check after connecting).
 *
 * @throws DblinkError 2F003
 */
export function requirePasswordUsed(connection: RemoteConnection): void {
  if (connection.passwordUsed && connection.passwordSource === 'conninfo') return;
  throw new DblinkError({
    sqlState: '2F003',
    message: MESSAGE,
    detail:
      'Non-superusers may only connect using credentials they provide, eg: password in connection string or delegated GSSAPI credentials',
    hint: "Ensure provided credentials match target server's authentication method.",
  });
}
