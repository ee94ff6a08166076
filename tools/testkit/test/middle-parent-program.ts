import { findHaproxy, findPgbouncer, startCluster, startHaproxy, startPgbouncer } from '../src/index.ts';

/* A program that starts a server and what there is to stand before it, and then stands still, to be killed. */
const cluster = await startCluster();
const daemons = [
  ...(findPgbouncer() === undefined ? [] : [await startPgbouncer(cluster, { poolMode: 'session' })]),
  ...(findHaproxy() === undefined ? [] : [await startHaproxy([{ name: 'only', cluster }])]),
];
const folders = [cluster.socketDir, ...daemons.map(({ folder }) => folder)];
process.stdout.write(`${JSON.stringify({ pids: [cluster.pid, ...daemons.map(({ pid }) => pid)], folders })}\n`);
setInterval(() => undefined, 1000);
