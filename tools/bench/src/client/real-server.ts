import { authenticationUsers, type Cluster, type ClusterOptions, startCluster } from '@pg-dblink/testkit';
import type { Report } from '../report.ts';
import { canPin, pinServer } from '../side/process.ts';
import type { Target } from '../side/work.ts';

/** Four columns that are cheap to make for the server and not all cheap to decode. */
export const MILLION: readonly string[] = [
  `CREATE TABLE million AS SELECT
  i::int4 AS a, i * 10000000000 AS b, left(md5(i::text), 20) AS c,
  timestamptz '2024-02-29 12:00+00' + i * interval '1.234567 second' AS d
  FROM generate_series(1, 1000000) AS i`,
  'VACUUM ANALYZE million',
];

/** Rows that are found by their key. */
export const KEYED: readonly string[] = [
  `CREATE TABLE keyed AS SELECT i::int4 AS id, (i * 3)::int4 AS a, 'row ' || i AS name
  FROM generate_series(1, 100000) AS i`,
  'ALTER TABLE keyed ADD PRIMARY KEY (id)',
  'VACUUM ANALYZE keyed',
];

const settings = { shared_buffers: '512MB', work_mem: '64MB', max_wal_size: '4GB' };

/** A server for one row of the bench, and the tables it needs. */
export async function withServer(
  options: Pick<ClusterOptions, 'tls' | 'authenticationUsers' | 'hba'> & {
    readonly setUp?: readonly string[];
    readonly processors?: 'one';
  },
  body: (cluster: Cluster) => Promise<Report>,
): Promise<Report> {
  const { setUp = [], processors, ...clusterOptions } = options;
  const cluster = await startCluster({ ...clusterOptions, version: 18, settings });
  try {
    for (const sql of setUp) await cluster.psql(sql);
    if (processors === 'one' && canPin()) pinServer(cluster.pid);
    return await body(cluster);
  } finally {
    await cluster.stop();
  }
}

/** The superuser over TCP on loopback. */
export function tcp({ host, port }: Cluster): Target {
  return { host, port, user: 'postgres' };
}

/** The superuser over the unix socket. */
export function unix({ socketDir, port }: Cluster): Target {
  return { host: socketDir, port, user: 'postgres' };
}

/** A user whose password the server asks for by SCRAM. */
export function scram({ host, port }: Cluster): Target {
  const { user, password } = authenticationUsers['scram-sha-256'];
  return { host, port, user, password };
}
