import { createInterface } from 'node:readline';
import type { Prepared, Sample, Task, Works } from './work.ts';

// A driver is loaded only where it is measured: none shall carry the memory of another.
const DRIVERS: Readonly<Record<string, () => Promise<{ readonly works: Works }>>> = {
  ours: () => import('./ours.ts'),
  pg: () => import('./pg.ts'),
  postgres: () => import('./postgres.ts'),
  raw: () => import('./raw.ts'),
  'in-memory': () => import('./in-memory.ts'),
};

const [driver = '', taskText = ''] = process.argv.slice(2);
const task = JSON.parse(taskText) as Task;
const prepared = await prepare();
tell({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'run') tell(await timed(prepared));
  else if (line.startsWith('outcome ')) tell({ outcome: await outcome(line.slice('outcome '.length)) });
  else break;
}
await prepared.close();

async function prepare(): Promise<Prepared> {
  const works = (await DRIVERS[driver]?.())?.works;
  const work = works?.[task.work];
  if (work === undefined) throw new Error(`${driver} knows no work called ${task.work}`);
  return await work(task);
}

/** Garbage of the run before is not paid for by this one. */
async function timed({ run, reset }: Prepared): Promise<Sample> {
  globalThis.gc?.();
  const cpu = process.cpuUsage();
  const started = performance.now();
  const sum = (await run()) ?? null;
  const ms = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  await reset?.();
  return { ms, cpuMs: (user + system) / 1000, sum, peakMiB: process.resourceUsage().maxRSS / 1024 };
}

async function outcome(sql: string): Promise<string> {
  if (prepared.outcome === undefined) throw new Error(`${driver} gives no values`);
  return await prepared.outcome(sql);
}

function tell(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
