import { measureRounds, pairsOf } from '../measure.ts';
import type { Row } from '../report.ts';
import { against, timedOn, withSides } from './compare.ts';

const CONNECTIONS = 8;
const NAMES = Array.from({ length: CONNECTIONS }, (_, index) => `g${index + 1}`);
const REMOTE_MS = 100;
const GOAL_MS = 120;
const QUERY = `SELECT 1 FROM pg_sleep(${REMOTE_MS / 1000})`;

/** A query that takes its time, over many connections at once; by hand where there is no function for it. */
export const gather: Row = {
  name: 'dblink-gather',
  title: `One query over ${CONNECTIONS} connections, ${REMOTE_MS} ms each on the remote`,
  run: (plan) =>
    withSides([], async (sides) => {
      const conninfo = sides.remote.conninfo().replaceAll("'", "''");
      for (const side of [sides.ours, sides.contrib]) {
        for (const name of NAMES) await side.run(`SELECT dblink_connect('${name}', '${conninfo}')`);
      }
      const byFunction = `SELECT count(*) FROM dblink_gather('{${NAMES.join(',')}}', '${QUERY}') AS t(source text, a int)`;
      const byHand = [
        ...NAMES.map((name) => `SELECT dblink_send_query('${name}', '${QUERY}')`),
        `SELECT ${NAMES.map((name) => `(SELECT count(*) FROM dblink_get_result('${name}') AS t(a int))`).join(' + ')}`,
        // Once more each: a connection is free when it has said that there is no further result.
        ...NAMES.map((name) => `SELECT count(*) FROM dblink_get_result('${name}') AS t(a int)`),
      ];
      const withoutEnds = byHand.slice(0, CONNECTIONS + 1).join('; ');
      const ends = byHand.slice(CONNECTIONS + 1).join('; ');
      const counts = [await sides.ours.run(byFunction), await sides.contrib.run(withoutEnds)];
      await sides.contrib.run(ends);
      if (counts.some((count) => count !== String(CONNECTIONS)))
        throw new Error(`rows are missing: ${counts.join(', ')}`);
      const rounds = await measureRounds(
        [
          { name: 'ours', run: timedOn(sides.ours, { sql: byFunction }) },
          { name: 'contrib', run: timedOn(sides.contrib, { sql: byHand.join('; ') }) },
        ],
        plan.pairs,
      );
      const pairs = pairsOf(rounds, 'ours', 'contrib');
      const { q1, median, q3 } = pairs.oursMs;
      const verdict = plan.pairs < 9 ? 'undecided' : q3 <= GOAL_MS ? 'met' : q1 > GOAL_MS ? 'missed' : 'undecided';
      return {
        comparisons: [
          against(sides, pairs, `dblink_gather; contrib by dblink_send_query and dblink_get_result`, undefined),
        ],
        notes: [
          `in all ${median.toFixed(1)} ms (${q1.toFixed(1)} … ${q3.toFixed(1)}); goal ≤ ${GOAL_MS} ms: ${verdict}`,
        ],
      };
    }),
};
