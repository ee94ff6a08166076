import { ConninfoError } from './errors.ts';
import type { ConninfoKeyword } from './options.generated.ts';
import type { ConninfoOptions } from './options.ts';

/** The options whose value makes libpq read or write a file of the machine it runs on. */
const FILE_KEYWORDS = [
  'service',
  'passfile',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslcrl',
  'sslcrldir',
  'sslkeylogfile',
] as const satisfies readonly ConninfoKeyword[];

/**
 * The first option that names a local file, or `undefined`.
 *
 * An empty value names none: it stands for the default. `service` opens the service file whatever its value is;
 * `sslrootcert=system` is no file.
 *
 * @param allowed - paths that may be named, compared letter by letter; a service is never one of them
 * @example
 * findLocalFile({ sslkey: '/etc/shadow' }); // 'sslkey'
 * findLocalFile({ sslrootcert: '/etc/app/ca.pem' }, ['/etc/app/ca.pem']); // undefined
 */
export function findLocalFile(options: ConninfoOptions, allowed: readonly string[] = []): ConninfoKeyword | undefined {
  return FILE_KEYWORDS.find((keyword) => {
    const value = options[keyword];
    if (value === undefined) return false;
    if (keyword === 'service') return true;
    return value !== '' && !(keyword === 'sslrootcert' && value === 'system') && !allowed.includes(value);
  });
}

/**
 * Refuses options that name local files: for connection strings of people who may not read the files of this process,
 * such as those that come out of SQL.
 *
 * @param allowed - paths that may be named all the same, such as the certificate of the host's own authority
 * @throws ConninfoError with code `local-file`; `keyword` is the option.
 * @example
 * refuseLocalFiles(parseConninfo('host=h passfile=/home/alice/.pgpass')); // throws
 */
export function refuseLocalFiles(options: ConninfoOptions, allowed: readonly string[] = []): void {
  const keyword = findLocalFile(options, allowed);
  if (keyword === undefined) return;
  const message = `connection option "${keyword}" names a local file, which is not allowed here`;
  throw new ConninfoError('local-file', message, { keyword });
}
