import { ConninfoError } from './errors.ts';
import { utf8Length } from './text.ts';

/** The longest path that fits in Linux's `sockaddr_un`, in bytes. */
const LINUX_MAX_BYTES = 107;

/**
 * The path of the Unix-domain socket in a directory: `<directory>/.s.PGSQL.<port>`.
 *
 * @throws ConninfoError when it does not fit into the platform's socket address; `maxBytes` is Linux's 107 unless told.
 * @example
 * socketPath('/tmp', 5432); // '/tmp/.s.PGSQL.5432'
 */
export function socketPath(directory: string, port: number, maxBytes: number = LINUX_MAX_BYTES): string {
  const path = `${directory}/.s.PGSQL.${port}`;
  if (utf8Length(path) > maxBytes) {
    const message = `Unix-domain socket path "${path}" is too long (maximum ${maxBytes} bytes)`;
    throw new ConninfoError('socket-path', message, { keyword: 'host' });
  }
  return path;
}
