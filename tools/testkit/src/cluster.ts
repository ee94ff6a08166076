import type { ChildProcess } from 'node:child_process';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { conninfoText } from './conninfo-text.ts';
import { authenticationHbaLines, authenticationRolesSql, hbaLines } from './host-based-authentication.ts';
import { findInstallation, type Installation } from './installations.ts';
import { launch, logFile, type Site } from './launch.ts';
import { freePort, hasIpv6Loopback } from './ports.ts';
import { endOrphans, killServer, releaseInterlock, stopServer } from './postmaster.ts';
import { runProgram } from './programs.ts';
import { baseSettings, settingsText } from './server-settings.ts';
import { describe, type StatementResult } from './sql-outcome.ts';
import { openSession, type SuperuserSession } from './superuser-session.ts';
import { supervisor } from './supervisor.ts';
import { type TlsFiles, type TlsOptions, writeTlsFiles } from './tls-files.ts';
import { clusterFolder, type Workplace, workplace } from './workshop.ts';

/** What a cluster is started with. */
export interface ClusterOptions {
  /** Major version; the newest that is there when left out. */
  readonly version?: number;
  /** Server programs to use instead of those found for `version`. */
  readonly installation?: Installation;
  /** Lines of pg_hba.conf that come before the default ones (trust on loopback and on the unix socket). */
  readonly hba?: readonly string[];
  /** Makes certificates and turns `ssl` on; `true` is for a good certificate. */
  readonly tls?: boolean | TlsOptions;
  /** Settings on top of the base ones, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Databases to create besides `postgres`. */
  readonly databases?: readonly string[];
  /** Extensions to create in every database: `dblink`, `postgres_fdw`. */
  readonly extensions?: readonly string[];
  /** Makes the roles of `authenticationUsers` and their hba lines. */
  readonly authenticationUsers?: boolean;
}

/** A running server that belongs to this process. */
export interface Cluster extends AsyncDisposable {
  readonly version: number;
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Folder of the unix socket, for `host=` in a conninfo. */
  readonly socketDir: string;
  readonly dataDir: string;
  readonly superuser: 'postgres';
  /** The postmaster's; another one after `restart`. */
  readonly pid: number;
  /** Certificates and keys; undefined without `tls`. */
  readonly tls: TlsFiles | undefined;
  /** Keyword/value conninfo over TCP as superuser of database `postgres`, with what is given on top. */
  conninfo(overrides?: Readonly<Record<string, string>>): string;
  /** Runs SQL as superuser in a session of its own and gives each statement's result; an SQL error rejects. */
  psql(sql: string, database?: string): Promise<readonly StatementResult[]>;
  /** Opens a session of its own with the testkit's own small driver. */
  session(options?: {
    readonly database?: string;
    readonly user?: string;
    readonly options?: string;
  }): Promise<SuperuserSession>;
  /** What the server wrote to its log so far. */
  log(): Promise<string>;
  /** Stops the server (fast shutdown) and removes its folder. Safe to call twice and after `kill9`. */
  stop(): Promise<void>;
  /** Kills the server as a crash would, and waits until all of its processes are gone. `stop` still tidies up. */
  kill9(): Promise<void>;
  /** Starts the server again on the same port and data, after a fast shutdown unless `kill9` has ended it already. */
  restart(): Promise<void>;
}

const running = new Map<Cluster, Workplace>();

/**
 * Starts a real PostgreSQL server on a random loopback port and a unix socket.
 *
 * It never outlives this process, however that ends. As root it runs under another account by itself.
 *
 * @throws Error when no server programs of the version are there, or with the server's log when it does not start.
 * @example
 * const cluster = await startCluster({ extensions: ['dblink'] });
 * await cluster.psql('select 1');
 * await cluster.stop();
 */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const place = await workplace(options.installation ?? findInstallation(options.version));
  for (let attempt = 1; ; attempt += 1) {
    const started = await tryStart(place, options);
    if (started !== 'port taken') {
      await furnishDatabases(started, options);
      return started;
    }
    if (attempt === 10) throw new Error('no free TCP port could be bound in ten attempts');
  }
}

/** Stops every cluster of this process; for the signal handlers of programs. */
export async function stopAllClusters(): Promise<void> {
  await Promise.all([...running.keys()].map((cluster) => cluster.stop()));
}

/** The programs and the account of a running cluster, for another one beside it. */
export function workplaceOf(cluster: Cluster): Workplace {
  const place = running.get(cluster);
  if (place === undefined) throw new Error('the cluster has been stopped');
  return place;
}

/** Serves a data directory; nothing is left of it when its port is taken. */
export async function startAt(site: Site): Promise<Cluster | 'port taken'> {
  const server = await launch(site).catch(async (error: unknown) => {
    await removeFolder(site.folder);
    throw error;
  });
  if (server !== 'port taken') return handle(site, server);
  await removeFolder(site.folder);
  return server;
}

/** Copies a data directory; the copy belongs to the servers' account. */
export async function copyDataDirectory(place: Workplace, source: string, site: Site): Promise<void> {
  if (process.platform === 'win32') await cp(source, site.dataDir, { recursive: true });
  // By the servers' account, so that the copy is its own; and cp is three times as fast as copying from here.
  else await runProgram('cp', ['-R', '-p', source, site.dataDir], place.identity, site.folder);
}

/** A new folder and a port for a server. */
export async function newSite(place: Workplace): Promise<Site> {
  const folder = await clusterFolder();
  supervisor().watchFolder(folder);
  return { place, folder, dataDir: join(folder, 'data'), port: await freePort(), tls: undefined };
}

/** Where servers listen besides their unix socket. */
export async function loopbackAddresses(): Promise<readonly string[]> {
  return (await hasIpv6Loopback()) ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
}

async function tryStart(place: Workplace, options: ClusterOptions): Promise<Cluster | 'port taken'> {
  const site = await newSite(place);
  const { dataDir, folder, port } = site;
  await copyDataDirectory(place, place.templateDirectory, site);
  const tlsOptions = options.tls === true ? {} : options.tls;
  const tls = tlsOptions ? await writeTlsFiles(folder, place.identity, tlsOptions) : undefined;
  const base = baseSettings(port, await loopbackAddresses(), folder);
  const settings = { ...base, ...tls?.settings, ...options.settings };
  await writeFile(join(dataDir, 'postgresql.auto.conf'), settingsText(settings));
  const authentication = options.authenticationUsers === true ? authenticationHbaLines(tls !== undefined) : [];
  const hba = hbaLines([...(options.hba ?? []), ...authentication]);
  await writeFile(join(dataDir, 'pg_hba.conf'), `${hba.join('\n')}\n`);
  return startAt({ ...site, tls });
}

function handle(site: Site, first: ChildProcess): Cluster {
  const { dataDir, folder, place, port, tls } = site;
  let server = first;
  const session: Cluster['session'] = ({ database = 'postgres', user = 'postgres', options } = {}) =>
    openSession(
      { path: join(folder, `.s.PGSQL.${port}`) },
      { user, database, ...(options === undefined ? {} : { options }) },
    );
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await stopServer(server);
      // Only now is it known how it ended: the news of a death may still be on its way when we are called.
      if (server.signalCode === 'SIGKILL') {
        await endOrphans(dataDir);
        await releaseInterlock(place, dataDir, folder);
      }
      await removeFolder(folder);
      running.delete(cluster);
    })();
    return stopping;
  };
  const cluster: Cluster = {
    version: place.version,
    host: '127.0.0.1',
    port,
    socketDir: folder,
    dataDir,
    superuser: 'postgres',
    get pid() {
      return server.pid ?? -1;
    },
    tls: tls,
    conninfo: (overrides = {}) => {
      const options = { host: '127.0.0.1', port: String(port), user: 'postgres', dbname: 'postgres', ...overrides };
      return conninfoText(options);
    },
    psql: async (sql, database) => {
      const connection = await session(database === undefined ? {} : { database });
      try {
        const outcome = await connection.run(sql);
        if (outcome.error !== undefined) throw new Error(describe(outcome.error));
        return outcome.results;
      } finally {
        await connection.close();
      }
    },
    session,
    log: () => readFile(logFile(folder), 'utf8'),
    stop,
    kill9: () => killServer(server, dataDir),
    restart: async () => {
      await stopServer(server);
      const again = await launch(site);
      if (again === 'port taken') throw new Error(`port ${port} was taken while the server was down`);
      server = again;
    },
    [Symbol.asyncDispose]: stop,
  };
  running.set(cluster, place);
  return cluster;
}

async function furnishDatabases(cluster: Cluster, options: ClusterOptions): Promise<void> {
  try {
    if (options.authenticationUsers === true) await cluster.psql(authenticationRolesSql());
    for (const name of options.databases ?? []) await cluster.psql(`create database "${name.replaceAll('"', '""')}"`);
    for (const database of ['postgres', ...(options.databases ?? [])])
      for (const extension of options.extensions ?? [])
        await cluster.psql(`create extension "${extension.replaceAll('"', '""')}"`, database);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  supervisor().forget(folder);
}
