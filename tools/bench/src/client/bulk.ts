import type { Row } from '../report.ts';
import { type Driver, startSide } from '../side/process.ts';
import type { Task } from '../side/work.ts';
import { joinReports, type Match, type Peer, runMatch } from './against.ts';
import { MILLION, tcp, unix, withServer } from './real-server.ts';

const SQL = 'SELECT a, b, c, d FROM million';
const CHECK = 'SELECT a, b, c, d FROM million WHERE a <= 2000 ORDER BY a';
const WORK = '1,000,000 rows';
const COLUMNS = 'int4, int8, text of 20, timestamptz';
const PREPARED =
  'ours by a prepared statement, which asks for columns in binary where that gives the same value; the raw socket asks for all in binary';

type Goals = readonly (readonly [driver: Driver, goal: number])[];

/** The raw socket asks the server for what ours asks it for. */
function rawSocket(task: Task, goal: number): Peer {
  return { driver: 'raw', task: { ...task, work: 'seen-prepared' }, name: 'raw socket', goal };
}

/** What is shown without a goal: ours as the peers ask, in text. */
function inText(task: Task): Peer {
  return { driver: 'ours', task: { ...task, work: 'seen' }, name: 'ours in text, not prepared' };
}

/** All rows of the table, by all sides in the same way. */
function million(
  name: string,
  title: string,
  how: Pick<Match, 'label'> & { readonly work: string; readonly ours?: string },
  goals: Goals,
): Row {
  return {
    name,
    title,
    run: (plan) =>
      withServer({ setUp: MILLION, tls: title.includes('TLS') }, async (cluster) => {
        const target = { ...tcp(cluster), tls: title.includes('TLS') };
        const task: Task = { work: how.work, target, sql: SQL };
        const isPrepared = how.ours !== undefined;
        const report = await runMatch(plan, {
          label: how.label,
          work: WORK,
          ours: { driver: 'ours', task: { ...task, work: how.ours ?? how.work } },
          peers: [
            ...goals.map(([driver, goal]) => (driver === 'raw' ? rawSocket(task, goal) : { driver, goal, task })),
            ...(isPrepared ? [inText(task)] : []),
          ],
          check: CHECK,
        });
        return joinReports([report], isPrepared ? [COLUMNS, PREPARED] : [COLUMNS]);
      }),
  };
}

const STREAMED = 5_000_000;
const MEMORY_LIMIT = 80;

/** The time of a million rows, and the memory of five. */
const stream: Row = {
  name: 'client-stream',
  title: 'Rows streamed with bounded memory',
  run: (plan) =>
    withServer({ setUp: MILLION }, async (cluster) => {
      const target = unix(cluster);
      const task: Task = { work: 'seen', target, sql: SQL };
      const report = await runMatch(plan, {
        label: 'rows as they come',
        work: `${WORK}, of which time is taken`,
        ours: { driver: 'ours', task: { ...task, work: 'seen-prepared' } },
        peers: [
          { driver: 'pg', task: { ...task, work: 'cursor' }, name: 'pg-cursor', goal: 0.2 },
          rawSocket(task, 1.15),
          inText(task),
        ],
        check: CHECK,
      });
      const sql = 'SELECT a, b, c, d FROM generate_series(1, 5), million';
      const notes: string[] = [COLUMNS, PREPARED];
      for (const [driver, work, name] of [
        ['ours', 'seen-prepared', 'ours'],
        ['raw', 'seen-prepared', 'raw socket'],
      ] as const) {
        const side = await startSide(plan.workshop, driver, { work, target, sql }, { processors: 'all' });
        const { ms, peakMiB } = await side.run();
        await side.close();
        const verdict = driver !== 'ours' ? '' : peakMiB <= MEMORY_LIMIT ? ', met' : ', missed';
        const goal = driver === 'ours' ? ` (goal ≤ ${MEMORY_LIMIT} MiB${verdict})` : '';
        notes.push(
          `${STREAMED.toLocaleString('en')} rows in a fresh process, ${name}: peak RSS ${peakMiB.toFixed(0)} MiB${goal}, ${(ms / 1000).toFixed(2)} s once`,
        );
      }
      return joinReports([report], notes);
    }),
};

/** Large results of a real server. */
export const BULK_ROWS: readonly Row[] = [
  million(
    'client-rows-seen',
    '1M rows from a real server, each seen',
    { label: 'rows dropped', work: 'seen', ours: 'seen-prepared' },
    [
      ['pg', 0.3],
      ['raw', 1.15],
    ],
  ),
  million('client-rows-kept', '1M rows from a real server, kept as objects', { label: 'objects kept', work: 'kept' }, [
    ['pg', 0.42],
  ]),
  million('client-rows-tls', '1M rows over TLS, each seen', { label: 'rows dropped', work: 'seen' }, [
    ['pg', 0.45],
    ['libpq', 1.5],
  ]),
  stream,
];
