import type { Cluster } from '@pg-dblink/testkit';
import type { Row } from '../report.ts';
import type { Target } from '../side/work.ts';
import { joinReports, runMatch } from './against.ts';
import { scram, tcp, withServer } from './real-server.ts';

const ROUNDS = 25;

function connectRow(name: string, how: string, goal: number, targetOf: (cluster: Cluster) => Target): Row {
  return {
    name,
    title: `Connecting and closing: ${how}`,
    run: (plan) =>
      withServer({ tls: true, authenticationUsers: true }, async (cluster) => {
        const task = { work: 'connect', target: targetOf(cluster), count: ROUNDS };
        const report = await runMatch(plan, {
          label: how,
          work: `${ROUNDS} connections in turn`,
          ours: { driver: 'ours', task },
          peers: [{ driver: 'pg', task, goal }],
        });
        return joinReports([report]);
      }),
  };
}

/** The making of connections. */
export const CONNECT_ROWS: readonly Row[] = [
  connectRow('client-connect-trust', 'trust', 0.85, tcp),
  connectRow('client-connect-scram', 'SCRAM, the key derived before', 0.5, scram),
  connectRow('client-connect-tls', 'TLS and SCRAM', 0.7, (cluster) => ({ ...scram(cluster), tls: true })),
];
