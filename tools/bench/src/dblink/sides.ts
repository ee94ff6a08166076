import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { builtExtension } from './built.ts';

/** One side of a dblink comparison: a local database whose connection `c` leads to the common remote server. */
export interface Side {
  readonly name: string;
  /** Runs SQL to its end and gives the first value of the last result. */
  run(sql: string): Promise<string | null>;
}

/** Both sides and the remote, made for one row of the bench. */
export interface Sides extends AsyncDisposable {
  readonly ours: Side;
  readonly contrib: Side;
  readonly remote: Cluster;
  /** Bytes that the network worker's isolate uses, and the most that it has used. */
  networkMemory(): { readonly bytes: number; readonly peakBytes: number };
}

// Both local servers meet the remote over TCP on loopback, as PGlite must; fsync is off everywhere.
const settings = { shared_buffers: '512MB', work_mem: '64MB', max_wal_size: '4GB' };

/** Starts the remote with the statements of `setUp` run there, a server with the C extension, and PGlite with ours. */
export async function startSides(setUp: readonly string[]): Promise<Sides> {
  const remote = await startCluster({ version: 18, settings });
  const host = await startCluster({ version: 18, settings, extensions: ['dblink', 'postgres_fdw'] });
  for (const sql of setUp) await remote.psql(sql);
  const session = await host.session();
  const { dblink } = await builtExtension();
  const embedded = await PGlite.create({ extensions: { dblink: dblink() } });
  const contrib: Side = {
    name: 'contrib dblink (C)',
    run: async (sql) => {
      const { results, error } = await session.run(sql);
      if (error !== undefined) throw new Error(`${sql}: ${JSON.stringify(error)}`);
      return results.at(-1)?.rows[0]?.[0] ?? null;
    },
  };
  const ours: Side = {
    name: 'ours in PGlite',
    run: async (sql) => {
      const results = await embedded.exec(sql, { rowMode: 'array' });
      const value = (results.at(-1)?.rows[0] as unknown as readonly unknown[] | undefined)?.[0];
      return value === undefined || value === null ? null : String(value);
    },
  };
  const conninfo = remote.conninfo().replaceAll("'", "''");
  for (const side of [ours, contrib]) {
    await side.run('CREATE EXTENSION IF NOT EXISTS dblink');
    await side.run(`SET work_mem = '${settings.work_mem}'`);
    await side.run(`SELECT dblink_connect('c', '${conninfo}')`);
  }
  return {
    ours,
    contrib,
    remote,
    networkMemory: () => embedded.dblink.networkMemory(),
    [Symbol.asyncDispose]: async () => {
      await embedded.close();
      await session.close();
      await host.stop();
      await remote.stop();
    },
  };
}

/** Runs the same SQL once on both sides and throws when the values differ: a bench compares equal work only. */
export async function requireEqual(sides: Sides, sql: string): Promise<void> {
  const [ours, theirs] = [await sides.ours.run(sql), await sides.contrib.run(sql)];
  if (ours !== theirs) throw new Error(`the sides differ on ${sql}: ours ${ours}, contrib ${theirs}`);
}
