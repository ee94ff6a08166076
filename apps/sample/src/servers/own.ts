import { randomBytes } from 'node:crypto';
import { availableVersions, type Cluster, clearWorkshop, startCluster, stopAllClusters } from '@pg-dblink/testkit';
import type { Progress } from '../progress.ts';
import type { Servers } from './remote.ts';

const VERSION = 18;

/** False where there are no server programs for this platform. */
export function canStartServers(): boolean {
  return availableVersions().includes(VERSION);
}

/**
 * Starts the two servers: `atlas` asks for SCRAM-SHA-256 and takes TLS connections only, `seismo` asks for
 * SCRAM-SHA-256 on plain TCP. The role `tour` owns a database in each and has a password made for this run.
 *
 * @throws Error when a server does not start; what was started is stopped again.
 */
export async function startOwnServers(progress: Progress): Promise<Servers> {
  const starting = progress.begin(`Starting two PostgreSQL ${VERSION} servers`);
  const started = await Promise.allSettled([
    startCluster({
      version: VERSION,
      tls: true,
      databases: ['atlas'],
      hba: ['hostssl all tour all scram-sha-256', 'host all tour all reject'],
    }),
    startCluster({ version: VERSION, databases: ['seismo'], hba: ['host all tour all scram-sha-256'] }),
  ]);
  const [atlas, seismo] = started;
  try {
    if (atlas.status === 'rejected') throw atlas.reason;
    if (seismo.status === 'rejected') throw seismo.reason;
    const servers = await describe(atlas.value, seismo.value);
    starting.done(
      `atlas is process ${atlas.value.pid} on port ${atlas.value.port}, seismo is process ${seismo.value.pid} on port ${seismo.value.port}`,
    );
    return servers;
  } catch (error) {
    await stopOwnServers();
    throw error;
  }
}

async function stopOwnServers(): Promise<void> {
  await stopAllClusters();
  await clearWorkshop();
}

async function describe(atlas: Cluster, seismo: Cluster): Promise<Servers> {
  const tls = atlas.tls;
  if (tls === undefined) throw new Error('the server was started without certificates');
  const account = { user: 'tour', require_auth: 'scram-sha-256' };
  return {
    atlas: {
      name: 'atlas',
      schema: 'atlas',
      conninfo: atlas.conninfo({
        ...account,
        dbname: 'atlas',
        password: await createOwner(atlas, 'atlas'),
        sslmode: 'verify-full',
        sslrootcert: tls.caFile,
        options: '-csearch_path=atlas',
      }),
    },
    seismo: {
      name: 'seismo',
      schema: 'seismo',
      conninfo: seismo.conninfo({
        ...account,
        dbname: 'seismo',
        password: await createOwner(seismo, 'seismo'),
        sslmode: 'disable',
        options: '-csearch_path=seismo',
      }),
    },
    findLost: () => findLost({ atlas, seismo }),
    close: async (progress) => {
      const stopping = progress.begin('Stopping the servers');
      await stopOwnServers();
      stopping.done('done');
    },
  };
}

/** Makes the role that owns the database, and gives its password. */
async function createOwner(cluster: Cluster, database: string): Promise<string> {
  const password = randomBytes(18).toString('base64');
  await cluster.psql(`CREATE ROLE tour LOGIN PASSWORD '${password}'; ALTER DATABASE ${database} OWNER TO tour`);
  return password;
}

async function findLost(clusters: Readonly<Record<string, Cluster>>): Promise<Error | undefined> {
  // A connection breaks a moment before the operating system tells us that the server's process is gone.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const gone = Object.entries(clusters).find(([, cluster]) => !isRunning(cluster.pid));
    if (gone !== undefined) return new Error(`the server ${gone[0]} (process ${gone[1].pid}) has gone away`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
