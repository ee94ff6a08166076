import { startCluster } from '../src/index.ts';

/* A program that starts a server and then stands still, for the test that kills it; with `crash` its server is dead. */
const cluster = await startCluster();
process.stdout.write(`${JSON.stringify({ pid: cluster.pid, port: cluster.port, dataDir: cluster.dataDir })}\n`);
process.stdin.once('data', () => {
  process.kill(cluster.pid, 'SIGKILL');
  process.kill(process.pid, 'SIGKILL');
});
setInterval(() => undefined, 1000);
