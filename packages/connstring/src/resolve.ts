import { ConninfoError } from './errors.ts';
import { type ConninfoHost, splitHosts } from './hosts.ts';
import { CONNINFO_OPTIONS, type ConninfoKeyword } from './options.generated.ts';
import { type ConninfoOptions, entriesOf, optionsFrom } from './options.ts';
import { findPassword, passfileKey } from './passfile.ts';
import { parseServiceFile } from './service-file.ts';
import { type ConninfoSettings, readSettings } from './settings.ts';

/** Environment variables by name; what is absent or `undefined` is not set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A service file that was read: `text` is `undefined` when there is no such file. */
export interface ServiceFile {
  readonly path: string;
  readonly text: string | undefined;
  /** The file was named by `PGSERVICEFILE`, so that its absence is an error. */
  readonly isRequired: boolean;
}

/** Everything outside the connection string that its meaning depends on, as values. */
export interface ConninfoSources {
  /** Environment variables; leave out to ignore the environment. */
  readonly environment?: Environment | undefined;
  /** The service files in the order they are searched: see {@link serviceRequest}. */
  readonly serviceFiles?: readonly ServiceFile[] | undefined;
  /** The password file that is used when no option names one, as a path: `~/.pgpass` in libpq. */
  readonly defaultPassfile?: string | undefined;
  /** The name of the operating system's user, which is the last resort for `user`. */
  readonly osUser?: string | undefined;
  /** Where a server without a host is looked for; `''` stands for localhost over TCP. `/tmp` unless told. */
  readonly socketDirectory?: string | undefined;
}

/** Where the value of an option came from; `from` is the environment variable, the file's path or the other option. */
export interface OptionOrigin {
  readonly source: 'string' | 'service file' | 'environment' | 'passfile' | 'default';
  readonly from?: string;
}

/** One option with its value and where it came from. */
export interface ResolvedOption extends OptionOrigin {
  readonly keyword: ConninfoKeyword;
  readonly value: string;
}

/** One host to try, with the password that it would be given. */
export interface ResolvedHost extends ConninfoHost {
  readonly password: string | undefined;
  readonly passwordOrigin: OptionOrigin | undefined;
}

/** A connection string with everything filled in and checked. */
export interface ResolvedConninfo {
  /** Every option that has a value, in the order of libpq's table. */
  readonly options: readonly ResolvedOption[];
  /** The same values by keyword. */
  readonly values: ConninfoOptions;
  readonly user: string;
  readonly dbname: string;
  /** The hosts in the order they are tried (before any load balancing). */
  readonly hosts: readonly ResolvedHost[];
  /** The password file to read for {@link withPassfile}; `undefined` when a password is given or no file is named. */
  readonly passfile: string | undefined;
  readonly settings: ConninfoSettings;
  readonly socketDirectory: string;
}

type Resolution = Map<ConninfoKeyword, Omit<ResolvedOption, 'keyword'>>;

/**
 * Completes the options of a connection string (service file, environment, built-in defaults, in this order) and checks
 * them, as libpq does before it opens a socket. Everything it needs is handed in; nothing is read.
 *
 * Password files come last: read `passfile` of the result, if there is one, and call {@link withPassfile}.
 *
 * @throws ConninfoError with libpq's message for the first thing that libpq would complain about.
 * @see https://www.postgresql.org/docs/18/libpq-envars.html
 * @example
 * const resolved = resolveConninfo(parseConninfo('host=a,b port=5433'), { osUser: 'alice' });
 * resolved.hosts.map(({ host, port }) => `${host}:${port}`); // ['a:5433', 'b:5433']
 * resolved.dbname; // 'alice'
 */
export function resolveConninfo(options: ConninfoOptions, sources: ConninfoSources = {}): ResolvedConninfo {
  const resolution: Resolution = new Map();
  for (const [keyword, value] of entriesOf(options)) resolution.set(keyword, { value, source: 'string' });
  addService(resolution, sources);
  addEnvironmentAndDefaults(resolution, sources.environment ?? {});
  const socketDirectory = sources.socketDirectory ?? '/tmp';
  const given = valuesOf(resolution);
  const hosts = splitHosts(given, socketDirectory);
  const user = resolveUser(resolution, sources);
  const dbname = resolveDbname(resolution, user);
  const values = given.user === user && given.dbname === dbname ? given : valuesOf(resolution);
  const password = resolution.get('password');
  const hasPassword = password !== undefined && password.value !== '';
  return {
    options: listOf(resolution),
    values,
    user,
    dbname,
    hosts: hosts.map((host) => ({
      ...host,
      password: hasPassword ? password.value : undefined,
      passwordOrigin: hasPassword ? originOf(password) : undefined,
    })),
    passfile: hasPassword ? undefined : values.passfile || sources.defaultPassfile,
    settings: readSettings(values),
    socketDirectory,
  };
}

/**
 * The same, with the password of each host taken from the text of the password file.
 *
 * A matching line with an empty password gives that host none.
 *
 * @example
 * withPassfile(resolved, 'db1:5432:*:alice:sesame\n').hosts[0]?.password; // 'sesame'
 */
export function withPassfile(resolved: ResolvedConninfo, text: string): ResolvedConninfo {
  const { dbname, passfile, socketDirectory, user } = resolved;
  if (passfile === undefined) return resolved;
  const hosts = resolved.hosts.map((host) => {
    const password = findPassword(text, passfileKey(host, dbname, user, socketDirectory)) || undefined;
    if (password === undefined) return host;
    return { ...host, password, passwordOrigin: { source: 'passfile', from: passfile } as const };
  });
  return { ...resolved, hosts };
}

/**
 * The service that a connection asks for, if any: named by the string, else by `PGSERVICE`.
 *
 * @example
 * serviceRequest({}, { PGSERVICE: 'reports' }); // 'reports'
 */
export function serviceRequest(options: ConninfoOptions, environment: Environment = {}): string | undefined {
  return serviceOf(options.service, environment);
}

function serviceOf(given: string | undefined, environment: Environment): string | undefined {
  return given ?? environment['PGSERVICE'];
}

function addService(resolution: Resolution, { environment = {}, serviceFiles }: ConninfoSources): void {
  const service = serviceOf(resolution.get('service')?.value, environment);
  if (service === undefined) return;
  for (const { path, text, isRequired } of serviceFiles ?? []) {
    if (text === undefined && isRequired) {
      throw new ConninfoError('service-file-not-found', `service file "${path}" not found`, { keyword: 'service' });
    }
    const entries = text === undefined ? undefined : parseServiceFile(text, service, path);
    if (entries === undefined) continue;
    for (const { keyword, value } of entries) {
      if (!resolution.has(keyword)) resolution.set(keyword, { value, source: 'service file', from: path });
    }
    return;
  }
  const message = `definition of service "${service}" not found`;
  throw new ConninfoError('service-not-found', message, { keyword: 'service' });
}

function addEnvironmentAndDefaults(resolution: Resolution, environment: Environment): void {
  for (const { keyword, envvar, compiled } of CONNINFO_OPTIONS) {
    if (resolution.has(keyword)) continue;
    // A variable that is set but empty counts: it hides the built-in default.
    const variable = envvar === undefined ? undefined : environment[envvar];
    if (envvar !== undefined && variable !== undefined) {
      resolution.set(keyword, { value: variable, source: 'environment', from: envvar });
    } else if (keyword === 'sslmode' && environment['PGREQUIRESSL']?.startsWith('1')) {
      resolution.set(keyword, { value: 'require', source: 'environment', from: 'PGREQUIRESSL' });
    } else if (compiled !== undefined) {
      resolution.set(keyword, { value: compiled, source: 'default' });
    }
  }
  // The system's certificate store holds everybody's roots, so nothing less than the full check means anything.
  if (resolution.get('sslmode')?.source === 'default' && resolution.get('sslrootcert')?.value === 'system') {
    resolution.set('sslmode', { value: 'verify-full', source: 'default', from: 'sslrootcert' });
  }
  // Not in the table, but what PQconninfo reports of a connection.
  if (!resolution.has('sslcertmode')) resolution.set('sslcertmode', { value: 'allow', source: 'default' });
}

/** The operating system's user is asked for only where it counts: to find it out may take reading a file. */
function resolveUser(resolution: Resolution, sources: ConninfoSources): string {
  const given = resolution.get('user')?.value;
  if (given) return given;
  const { osUser } = sources;
  if (osUser === undefined || osUser === '') {
    const message = 'no user name is given and the name of the operating system user is not known';
    throw new ConninfoError('no-user', message, { keyword: 'user' });
  }
  resolution.set('user', { value: osUser, source: 'default', from: 'operating system user' });
  return osUser;
}

function resolveDbname(resolution: Resolution, user: string): string {
  const given = resolution.get('dbname')?.value;
  if (given) return given;
  resolution.set('dbname', { value: user, source: 'default', from: 'user' });
  return user;
}

function valuesOf(resolution: Resolution): ConninfoOptions {
  const values = new Map<ConninfoKeyword, string>();
  for (const [keyword, { value }] of resolution) values.set(keyword, value);
  return optionsFrom(values);
}

function listOf(resolution: Resolution): readonly ResolvedOption[] {
  const options: ResolvedOption[] = [];
  for (const { keyword } of CONNINFO_OPTIONS) {
    const option = resolution.get(keyword);
    if (option !== undefined) options.push({ keyword, ...option });
  }
  return options;
}

function originOf({ source, from }: OptionOrigin): OptionOrigin {
  return from === undefined ? { source } : { source, from };
}
