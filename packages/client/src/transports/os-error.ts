import { OsError } from '../transport.ts';

/** What strerror(3) of the GNU C library says, since libpq's messages end in it. */
const STRERROR: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EADDRINUSE: 'Address already in use',
  EADDRNOTAVAIL: 'Cannot assign requested address',
  EAFNOSUPPORT: 'Address family not supported by protocol',
  EAGAIN: 'Resource temporarily unavailable',
  ECONNABORTED: 'Software caused connection abort',
  ECONNREFUSED: 'Connection refused',
  ECONNRESET: 'Connection reset by peer',
  EHOSTDOWN: 'Host is down',
  EHOSTUNREACH: 'No route to host',
  EINVAL: 'Invalid argument',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENAMETOOLONG: 'File name too long',
  ENETDOWN: 'Network is down',
  ENETUNREACH: 'Network is unreachable',
  ENFILE: 'Too many open files in system',
  ENOBUFS: 'No buffer space available',
  ENOENT: 'No such file or directory',
  ENOMEM: 'Cannot allocate memory',
  ENOTDIR: 'Not a directory',
  ENOTSOCK: 'Socket operation on non-socket',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EPROTOTYPE: 'Protocol wrong type for socket',
  ETIMEDOUT: 'Connection timed out',
};

/** What gai_strerror(3) says. Node reports EAI_NONAME and EAI_NODATA alike as ENOTFOUND. */
const GAI_STRERROR: Readonly<Record<string, string>> = {
  ENOTFOUND: 'Name or service not known',
  EAI_AGAIN: 'Temporary failure in name resolution',
  EAI_FAIL: 'Non-recoverable failure in name resolution',
  EAI_MEMORY: 'Memory allocation failure',
  EAI_NODATA: 'No address associated with hostname',
  EAI_NONAME: 'Name or service not known',
};

/** Turns Node's error into the C library's words. */
export function osError(error: unknown): OsError {
  if (error instanceof OsError) return error;
  const code = errnoOf(error);
  const text = STRERROR[code] ?? GAI_STRERROR[code] ?? (error instanceof Error ? error.message : String(error));
  return new OsError(code, text, { cause: error });
}

/** The symbolic errno of a Node error, or an empty string. */
export function errnoOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : '';
}
