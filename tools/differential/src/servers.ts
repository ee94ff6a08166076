import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { type HostileServers, startHostileServers } from './hostile-servers.ts';
import { resetRemote } from './side.ts';

/** The far end of both sides. */
export interface Remote {
  readonly cluster: Cluster;
  readonly hostile: HostileServers;
  reset(): Promise<void>;
  /** The text with `SOCKET`, `PORT` and `pg_temp_N` for where server and session happen to be in this run. */
  unnamed(text: string): string;
  stop(): Promise<void>;
}

const setUpFolder = join(import.meta.dirname, '..', 'set-up');

/** Starts the third server, with the roles and tables that the cases name. */
export async function startRemote(version?: number): Promise<Remote> {
  const cluster = await startCluster({
    ...(version === undefined ? {} : { version }),
    databases: ['r'],
    hba: [
      'host all pwu 127.0.0.1/32 password',
      'host all md5u 127.0.0.1/32 md5',
      'host all scramu,saslu 127.0.0.1/32 scram-sha-256',
      'host all norole 127.0.0.1/32 reject',
    ],
    settings: { max_connections: '100' },
  });
  // One by one, because CREATE DATABASE may not stand in a transaction with others.
  const statements = readFileSync(join(setUpFolder, 'remote.sql'), 'utf8').split(/;\n(?=[a-z])/);
  for (const statement of statements) await cluster.psql(statement, 'r');
  const hostile = await startHostileServers();
  const session = await cluster.session({ database: 'r' });
  return {
    cluster,
    hostile,
    reset: async () => {
      const { error } = await session.run(resetRemote);
      if (error !== undefined) throw new Error(`the third server cannot be reset: ${error.message}`);
    },
    unnamed: (text) =>
      text
        .replaceAll(cluster.socketDir, 'SOCKET')
        .replaceAll(String(cluster.port), 'PORT')
        .replaceAll(/\bpg_temp_\d+/g, 'pg_temp_N')
        .replaceAll(/(?<="127\.0\.0\.1", port )\d{5}/g, 'PORT'),
    stop: async () => {
      await hostile.stop();
      await session.close();
      await cluster.stop();
    },
  };
}

/** The SQL that makes the calling side's objects, leading to this remote. */
export function localSetUp({ cluster, hostile }: Remote): string {
  return readFileSync(join(setUpFolder, 'local.sql'), 'utf8')
    .replaceAll(":'socket'", `'${cluster.socketDir}'`)
    .replaceAll(":'port'", `'${cluster.port}'`)
    .replaceAll(':hostile', hostile.portSql);
}
