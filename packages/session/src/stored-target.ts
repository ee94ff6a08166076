import { type ConninfoOptions, parseConninfo, redactOptions } from '@pg-dblink/connstring';
import { DblinkError } from './errors.ts';
import type { Scope } from './scope.ts';
import { truncateIdentifier } from './truncate.ts';

/**
 * What is written into a view is there for everyone to read: a connection string in it must not have a password. Names
 * of connections and foreign servers may be written.
 *
 * @throws DblinkError 22023
 */
export async function refuseSecrets(scope: Scope, target: string | undefined): Promise<void> {
  if (target === undefined || scope.connections.find(target) !== undefined) return;
  if ((await scope.local.foreignServer?.(truncateIdentifier(target))) !== undefined) return;
  if (!hasSecret(target)) return;
  throw new DblinkError({
    sqlState: '22023',
    message: 'connection string with a password cannot be stored in a view',
    detail: 'Whoever can see the view could read the password.',
    hint: 'Use the name of a connection, or a foreign server whose user mapping has the password.',
  });
}

/** A string that cannot be parsed is refused by whoever connects with it. */
function hasSecret(conninfo: string): boolean {
  let options: ConninfoOptions;
  try {
    options = parseConninfo(conninfo);
  } catch {
    return false;
  }
  const shown = new Map<string, unknown>(Object.entries(redactOptions(options)));
  return Object.entries(options).some(([keyword, value]) => shown.get(keyword) !== value);
}
