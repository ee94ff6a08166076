import { chown, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, copyDataDirectory, loopbackAddresses, newSite, startAt, workplaceOf } from './cluster.ts';
import { conninfoText } from './conninfo-text.ts';
import type { Site } from './launch.ts';
import { settingsText } from './server-settings.ts';
import type { Workplace } from './workshop.ts';

/** A server that replays what a primary writes, and answers queries meanwhile (manual: "Hot Standby"). */
export interface Standby extends Cluster {
  /** Resolves when everything that the primary has written so far can be seen here. */
  caughtUp(): Promise<void>;
  /** Makes it a primary; resolves when it takes writes. */
  promote(): Promise<void>;
}

/** What a standby has that its primary has not. */
export interface StandbyOptions {
  /** Settings on top of the primary's. */
  readonly settings?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 30_000;

/**
 * Commits do not wait for the WAL writer here: one that does brings all those before it along. It is a transaction of its
 * own, for the position has to be asked for when it has ended.
 */
const FLUSHED_POSITION = `begin;
  set local synchronous_commit = on;
  select pg_logical_emit_message(true, 'testkit', '');
  commit;
  select pg_current_wal_flush_lsn()`;

/**
 * Starts a hot standby of a running cluster of PostgreSQL 15 or later, with its settings, roles and certificates.
 *
 * The base backup is a copy of the data directory between pg_backup_start and pg_backup_stop (manual: "Making a Base
 * Backup Using the Low Level API"), because not every installation comes with pg_basebackup. Like any cluster it never
 * outlives this process; it may outlive its primary, but needs its certificates until it is stopped.
 *
 * @throws Error with the server's log when it does not start.
 * @example
 * const standby = await startStandby(primary);
 * await primary.kill9();
 * await standby.promote();
 */
export async function startStandby(primary: Cluster, options: StandbyOptions = {}): Promise<Standby> {
  const place = workplaceOf(primary);
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    const site: Site = { ...(await newSite(place)), tls: primary.tls };
    await backUp(primary, site);
    await configure(primary, site, options);
    const started = await startAt(site);
    if (started !== 'port taken') return asStandby(started, primary);
  }
  throw new Error('no free TCP port could be bound in ten attempts');
}

async function backUp(primary: Cluster, site: Site): Promise<void> {
  // The backup belongs to this session: it would end with it.
  const session = await primary.session();
  try {
    const started = await session.run("select pg_backup_start('standby of the testkit', true)");
    if (started.error !== undefined) throw new Error(started.error.message);
    await copyDataDirectory(site.place, primary.dataDir, site);
    const stopped = await session.run('select labelfile from pg_backup_stop(false)');
    if (stopped.error !== undefined) throw new Error(stopped.error.message);
    await writeOwned(site, 'backup_label', stopped.results[0]?.rows[0]?.[0] ?? '');
  } finally {
    await session.close();
  }
  // These are the primary's own; the WAL comes over the wire.
  for (const name of ['postmaster.pid', 'postmaster.opts']) await rm(join(site.dataDir, name), { force: true });
  await empty(join(site.dataDir, 'pg_wal'));
  await empty(join(site.dataDir, 'pg_replslot'));
}

async function configure(primary: Cluster, site: Site, { settings }: StandbyOptions): Promise<void> {
  const source = { host: primary.socketDir, port: String(primary.port), user: 'postgres', application_name: 'standby' };
  const own = {
    port: String(site.port),
    listen_addresses: (await loopbackAddresses()).join(','),
    unix_socket_directories: site.folder,
    primary_conninfo: conninfoText(source),
    ...settings,
  };
  // The last line of a setting counts.
  const inherited = await readFile(join(site.dataDir, 'postgresql.auto.conf'), 'utf8');
  await writeOwned(site, 'postgresql.auto.conf', `${inherited}${settingsText(own)}`);
  await writeOwned(site, 'standby.signal', '');
}

async function writeOwned({ dataDir, place }: Site, name: string, text: string): Promise<void> {
  const path = join(dataDir, name);
  await writeFile(path, text, { mode: 0o600 });
  const identity: Workplace['identity'] = place.identity;
  if (identity !== undefined) await chown(path, identity.uid, identity.gid);
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

function asStandby(cluster: Cluster, primary: Cluster): Standby {
  return Object.assign(cluster, {
    caughtUp: async (): Promise<void> => {
      const position = await value(primary, FLUSHED_POSITION);
      const deadline = Date.now() + PATIENCE_MS;
      while ((await value(cluster, `select pg_last_wal_replay_lsn() >= '${position}'`)) !== 't') {
        if (Date.now() > deadline) throw new Error(`the standby did not reach ${position} in ${PATIENCE_MS} ms`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    promote: async (): Promise<void> => {
      if ((await value(cluster, `select pg_promote(true, ${PATIENCE_MS / 1000})`)) !== 't')
        throw new Error(`the standby was not promoted in ${PATIENCE_MS} ms`);
    },
  });
}

async function value(cluster: Cluster, sql: string): Promise<string | null | undefined> {
  const results = await cluster.psql(sql);
  return results.at(-1)?.rows[0]?.[0];
}
