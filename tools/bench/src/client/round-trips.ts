import type { Plan, Report, Row } from '../report.ts';
import { joinReports, type Match, runMatch } from './against.ts';
import { KEYED, tcp, withServer } from './real-server.ts';

const CALLS = 2000;
const PIPELINED = 10_000;
const BY_KEY = 'SELECT a, name FROM keyed WHERE id = $1';
const ONE_PROCESSOR = 'server and client share one processor: no wake-up of another core is measured';

/** Asks one thing after the other. */
function inTurn(name: string, title: string, work: 'select-1' | 'by-key'): Row {
  return {
    name,
    title,
    run: (plan) =>
      withServer({ setUp: KEYED, processors: 'one' }, async (cluster) => {
        const task = { work, target: tcp(cluster), count: CALLS, sql: BY_KEY };
        const report = await runMatch(plan, {
          label: 'one after the other',
          work: `${CALLS} calls`,
          ours: { driver: 'ours', task },
          peers: [
            { driver: 'pg', task, goal: 0.7 },
            { driver: 'postgres', task, goal: 0.65 },
            { driver: 'raw', task, goal: 1.1 },
          ],
          check: 'SELECT a, name FROM keyed WHERE id <= 100 ORDER BY id',
          processors: 'one',
        });
        return joinReports([report], [ONE_PROCESSOR]);
      }),
  };
}

/** Many prepared queries on their way at once, and ten times as many. */
const pipeline: Row = {
  name: 'client-pipeline',
  title: '10,000 prepared queries in a pipeline, and how it grows to 100,000',
  run: (plan) =>
    withServer({ setUp: KEYED, processors: 'one' }, async (cluster) => {
      const task = { work: 'pipelined', target: tcp(cluster), count: PIPELINED, sql: BY_KEY };
      const against: Match = {
        label: 'one pipeline',
        work: `${PIPELINED.toLocaleString('en')} queries`,
        ours: { driver: 'ours', task },
        peers: [
          { driver: 'pg', task, goal: 0.5, name: "pg's pipeline" },
          { driver: 'postgres', task, goal: 0.45 },
          { driver: 'libpq', task, goal: 1, name: 'libpq pipeline (C)' },
        ],
        processors: 'one',
      };
      return joinReports([await runMatch(plan, against), await growth(plan, against)], [ONE_PROCESSOR]);
    }),
};

/** Ten times the queries against ten times the time of the tenth: 1 is linear. */
async function growth(plan: Plan, { ours, processors }: Match): Promise<Report> {
  const more = { ...ours.task, count: 10 * PIPELINED };
  return await runMatch(plan, {
    label: 'one pipeline',
    work: `${more.count.toLocaleString('en')} queries, against ten times the time of ${PIPELINED.toLocaleString('en')}`,
    ours: { driver: 'ours', task: more },
    peers: [{ ...ours, name: 'ours', scale: 10, goal: 1.1 }],
    ...(processors === undefined ? {} : { processors }),
  });
}

/** Round trips to a real server. */
export const ROUND_TRIP_ROWS: readonly Row[] = [
  inTurn('client-select-1', 'SELECT 1 in turn', 'select-1'),
  inTurn('client-by-key', 'A prepared query by key in turn', 'by-key'),
  pipeline,
];
