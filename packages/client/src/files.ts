import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  type ConninfoOptions,
  type ConninfoSources,
  type Environment,
  type ResolvedConninfo,
  resolveConninfo,
  type ServiceFile,
  serviceRequest,
  withPassfile,
} from '@pg-dblink/connstring';
import { errnoOf } from './transports/os-error.ts';

/** No configuration file that we read is larger; a device without end must not fill our memory. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A regular file's text with its status, or why there is none. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string; readonly status: Stats }
  | { readonly kind: 'absent' }
  | { readonly kind: 'not-regular' }
  | { readonly kind: 'unreadable'; readonly error: unknown };

/** Opens, asks for the status of what was opened, and reads: no other file can come in between. */
export async function readRegularFile(path: string): Promise<FileText> {
  let handle: FileHandle | undefined;
  try {
    // A FIFO without a writer must not block us.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = await handle.stat();
    if (!status.isFile()) return { kind: 'not-regular' };
    if (status.size > MAX_FILE_BYTES) return { kind: 'unreadable', error: new Error('file is too large') };
    return { kind: 'text', text: await handle.readFile('utf8'), status };
  } catch (error) {
    const errno = errnoOf(error);
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? { kind: 'absent' } : { kind: 'unreadable', error };
  } finally {
    await handle?.close();
  }
}

/** What of the process a connection string may draw on. */
export interface ResolveOptions {
  /** `libpq`: PG… variables, service files and `~/.pgpass` count, as in any libpq program. */
  readonly environment: 'none' | 'libpq';
  /** The variables that count then. */
  readonly variables: Environment;
  /** Where a server without a host is looked for. */
  readonly socketDirectory: string | undefined;
  /** Called with libpq's warnings about a password file that is not used. */
  warn(message: string): void;
}

/**
 * Completes a connection string with everything that libpq would read: service file, environment, password file.
 *
 * @throws ConninfoError in libpq's words.
 * @example
 * ```ts
 * const { hosts } = await resolveWithFiles(readConninfo('dbname=shop'), {
 *   environment: 'libpq',
 *   variables: process.env,
 *   socketDirectory: undefined,
 *   warn: console.warn,
 * });
 * ```
 */
export async function resolveWithFiles(options: ConninfoOptions, from: ResolveOptions): Promise<ResolvedConninfo> {
  const isLibpq = from.environment === 'libpq';
  const variables = isLibpq ? from.variables : undefined;
  const sources: ConninfoSources = {
    environment: variables,
    serviceFiles: serviceRequest(options, variables) === undefined ? [] : await readServiceFiles(from.variables),
    defaultPassfile: isLibpq ? underHome(from.variables, '.pgpass') : undefined,
    get osUser() {
      return osUser();
    },
    socketDirectory: from.socketDirectory,
  };
  const resolved = resolveConninfo(options, sources);
  if (resolved.passfile === undefined) return resolved;
  const text = await readPassfile(resolved.passfile, (message) => from.warn(message));
  return text === undefined ? resolved : withPassfile(resolved, text);
}

/** The user that this process runs as; libpq's last resort for `user`. */
function osUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** A path under the home directory, which is `$HOME` before the password database. */
export function underHome(variables: Environment, name: string): string | undefined {
  const home = variables['HOME'] || safeHome();
  return home === undefined ? undefined : join(home, name);
}

function safeHome(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

async function readServiceFiles(variables: Environment): Promise<readonly ServiceFile[]> {
  const named = variables['PGSERVICEFILE'];
  const own = named ?? underHome(variables, '.pg_service.conf');
  const directory = variables['PGSYSCONFDIR'] || '/etc/postgresql-common';
  const files: ServiceFile[] = [];
  if (own !== undefined) files.push(await serviceFile(own, named !== undefined));
  files.push(await serviceFile(join(directory, 'pg_service.conf'), false));
  return files;
}

async function serviceFile(path: string, isRequired: boolean): Promise<ServiceFile> {
  const file = await readRegularFile(path);
  return { path, text: file.kind === 'text' ? file.text : undefined, isRequired };
}

/** The password file's text, or undefined when there is none or others may read it. */
async function readPassfile(path: string, warn: (message: string) => void): Promise<string | undefined> {
  const file = await readRegularFile(path);
  switch (file.kind) {
    case 'absent':
    case 'unreadable':
      return undefined;
    case 'not-regular':
      warn(`WARNING: password file "${path}" is not a plain file`);
      return undefined;
    case 'text':
      if (process.platform === 'win32' || (file.status.mode & 0o077) === 0) return file.text;
      warn(`WARNING: password file "${path}" has group or world access; permissions should be u=rw (0600) or less`);
      return undefined;
  }
}

/** All regular files of a directory, in the order of their names; undefined when it cannot be read. */
export async function readDirectoryFiles(path: string): Promise<readonly string[] | undefined> {
  try {
    const names = await readdir(path);
    const files = await Promise.all(names.sort().map((name) => readRegularFile(join(path, name))));
    return files.flatMap((file) => (file.kind === 'text' ? [file.text] : []));
  } catch {
    return undefined;
  }
}
