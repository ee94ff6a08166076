import type { Row } from '../report.ts';
import { withSides } from './compare.ts';

/** What five million streamed rows leave in the network worker, and what the engine's own spilling costs beside it. */
export const streamMemory: Row = {
  name: 'dblink-memory',
  title: 'Five million rows through dblink() into count(*): memory, and the price of spilling',
  run: () =>
    withSides([], async (sides) => {
      const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
      const rows = `SELECT g::int4, 'row ' || g FROM generate_series(1, 5000000) AS g`;
      const sql = `SELECT count(*) FROM dblink('c', $$${rows}$$) AS t(a int, b text)`;
      await sides.ours.run(`SELECT count(*) FROM dblink('c', 'SELECT 1, ''x''') AS t(a int, b text)`);
      const before = sides.networkMemory();
      const notes: string[] = [];
      for (const workMem of ['4MB', '1GB']) {
        await sides.ours.run(`SET work_mem = '${workMem}'`);
        const rss = process.memoryUsage().rss;
        const started = performance.now();
        const count = await sides.ours.run(sql);
        const seconds = ((performance.now() - started) / 1000).toFixed(2);
        const grown = mebibytes(process.memoryUsage().rss - rss);
        notes.push(`work_mem ${workMem}: ${count} rows in ${seconds} s, process RSS ${grown} more than before`);
      }
      const after = sides.networkMemory();
      notes.push(`network worker: ${mebibytes(before.bytes)} before, peak ${mebibytes(after.peakBytes)}`);
      return { comparisons: [], notes };
    }),
};
