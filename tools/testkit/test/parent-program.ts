import { startCluster } from '../src/index.ts';

/* A program that starts a server and then stands still, for the test that kills it. */
const cluster = await startCluster();
process.stdout.write(`${JSON.stringify({ pid: cluster.pid, port: cluster.port, dataDir: cluster.dataDir })}\n`);
setInterval(() => undefined, 1000);
