import { parseArgs } from 'node:util';
import { startCluster, stopAllClusters } from './cluster.ts';
import { availableVersions } from './installations.ts';

/* A cluster by hand: prints its conninfo, and runs until Ctrl-C, SIGTERM or the end of standard input. */
const { values } = parseArgs({
  options: {
    version: { type: 'string' },
    tls: { type: 'boolean' },
    users: { type: 'boolean' },
    extension: { type: 'string', multiple: true },
    set: { type: 'string', multiple: true },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  console.log(
    'usage: cli.ts [--version MAJOR] [--tls] [--users] [--extension NAME]... [--set NAME=VALUE]...\n' +
      `versions here: ${availableVersions().join(', ')}`,
  );
} else {
  const settings = (values.set ?? []).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 1) throw new Error(`--set takes NAME=VALUE, not ${pair}`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const cluster = await startCluster({
    ...(values.version === undefined ? {} : { version: Number(values.version) }),
    tls: values.tls === true,
    authenticationUsers: values.users === true,
    extensions: values.extension ?? [],
    settings: Object.fromEntries(settings),
  });
  console.log(cluster.conninfo());
  console.log(cluster.conninfo({ host: cluster.socketDir }));
  if (cluster.tls !== undefined) console.log(`sslrootcert=${cluster.tls.caFile}`);
  const end = (): void => {
    void stopAllClusters().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  process.stdin.once('end', end).resume();
}
