import type { Row } from '../report.ts';
import { joinReports, runMatch } from './against.ts';
import { MILLION, tcp, withServer } from './real-server.ts';

const ROWS_IN = 1_000_000;
const GOAL = 0.55;
const PROCESSOR_TIME = "processor time of the client's process: by the clock, COPY shows the server";

const copyOut: Row = {
  name: 'client-copy-out',
  title: 'COPY TO STDOUT, processor time of the client',
  run: (plan) =>
    withServer({ setUp: MILLION }, async (cluster) => {
      const task = { work: 'copy-out', target: tcp(cluster), sql: 'COPY million TO STDOUT' };
      const report = await runMatch(plan, {
        label: 'copyOut',
        work: '1,000,000 rows',
        metric: 'cpuMs',
        ours: { driver: 'ours', task },
        peers: [{ driver: 'pg', task, name: 'pg-copy-streams', goal: GOAL }],
      });
      return joinReports([report], [PROCESSOR_TIME]);
    }),
};

const copyIn: Row = {
  name: 'client-copy-in',
  title: 'COPY FROM STDIN, processor time of the client',
  run: (plan) =>
    withServer({ setUp: ['CREATE UNLOGGED TABLE copied (a int, b text)'] }, async (cluster) => {
      const task = { work: 'copy-in', target: tcp(cluster), sql: 'COPY copied FROM STDIN', count: ROWS_IN };
      const report = await runMatch(plan, {
        label: 'copyIn',
        work: `${ROWS_IN.toLocaleString('en')} rows in pieces of 64 KiB`,
        metric: 'cpuMs',
        ours: { driver: 'ours', task },
        peers: [{ driver: 'pg', task, name: 'pg-copy-streams', goal: GOAL }],
      });
      return joinReports([report], [PROCESSOR_TIME]);
    }),
};

/** COPY in both directions. */
export const COPY_ROWS: readonly Row[] = [copyOut, copyIn];
