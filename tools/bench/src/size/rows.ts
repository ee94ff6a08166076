import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { measureRounds, type Quartiles, quartiles } from '../measure.ts';
import type { Row } from '../report.ts';
import { type BundledEntry, bundleSize } from './bundle-size.ts';

const run = promisify(execFile);

const BUDGETS: readonly (BundledEntry & { readonly name: string; readonly goalBytes: number })[] = [
  { name: 'Node entry', entry: 'node', platform: 'node', goalBytes: 40_000 },
  { name: 'browser entry', entry: 'websocket', platform: 'browser', goalBytes: 30_000 },
];

/** How many of the largest parts are left out by way of experiment. */
const CAUSES = 4;

const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const clientSize: Row = {
  name: 'client-size',
  title: 'The client, minified and compressed by gzip',
  run: async () => {
    const notes: string[] = [];
    for (const { name, goalBytes, ...entry } of BUDGETS) {
      const { allCompressedBytes, bytes, compressedBytes, folders } = await bundleSize(entry);
      const verdict = compressedBytes <= goalBytes ? 'met' : 'missed';
      notes.push(
        `${name}: ${kilobytes(compressedBytes)}, goal ≤ ${kilobytes(goalBytes)}: ${verdict}; ${kilobytes(bytes)} before compression; ${kilobytes(allCompressedBytes)} with the chunks that are loaded where they are wanted`,
      );
      if (verdict === 'met') continue;
      // The folder of the entry itself cannot be left out.
      const causes = folders
        .map(([folder]) => folder)
        .filter((folder) => folder !== 'client')
        .slice(0, CAUSES);
      const shares: string[] = [];
      for (const cause of causes) {
        const rest = await bundleSize(entry, [cause]);
        shares.push(`${kilobytes(compressedBytes - rest.compressedBytes)} for ${cause}`);
      }
      const floor = await bundleSize(entry, causes);
      notes.push(
        `${name}, its largest parts left out: ${shares.join(', ')} less, ${kilobytes(floor.compressedBytes)} without them all`,
      );
    }
    return { comparisons: [], notes };
  },
};

const MORE_THAN_THE_ENGINE_MS = 150;
const command = resolve(import.meta.dirname, '../../../../apps/dblink/bin/dblink.js');

/** The whole process, from its start to its end. */
async function processTime(args: readonly string[]): Promise<number> {
  const started = performance.now();
  await run(process.execPath, [...args]);
  return performance.now() - started;
}

const commandStart: Row = {
  name: 'command-start',
  title: "Cold start of `dblink -c 'select 1'`",
  run: async ({ pairs, workshop }) => {
    const rounds = await measureRounds(
      [
        { name: 'ours', run: () => processTime([command, '-c', 'select 1']) },
        { name: 'engine', run: () => processTime([workshop.engineStart]) },
      ],
      pairs,
    );
    const engine = rounds.get('engine') ?? [];
    const more = quartiles((rounds.get('ours') ?? []).map((ms, round) => ms - (engine[round] ?? Number.NaN)));
    const verdict = pairs < 9 ? 'undecided' : verdictOfMore(more);
    const spread = `${more.median.toFixed(0)} ms (${more.q1.toFixed(0)} … ${more.q3.toFixed(0)}, ${pairs} pairs)`;
    return {
      comparisons: [],
      notes: [
        `the engine alone, from the start of its process to its end: ${quartiles(engine).median.toFixed(0)} ms`,
        `the command takes ${spread} more, goal ≤ ${MORE_THAN_THE_ENGINE_MS} ms: ${verdict}`,
        'the command is started by `node`, as npx starts it once it has found it',
      ],
    };
  },
};

function verdictOfMore({ q1, q3 }: Quartiles): 'met' | 'missed' | 'undecided' {
  if (q3 <= MORE_THAN_THE_ENGINE_MS) return 'met';
  return q1 > MORE_THAN_THE_ENGINE_MS ? 'missed' : 'undecided';
}

/** What is weighed and what is started. */
export const SIZE_ROWS: readonly Row[] = [clientSize, commandStart];
