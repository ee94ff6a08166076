import { measureRounds, pairsOf, type TimedSide } from '../measure.ts';
import type { Comparison, Plan, Report } from '../report.ts';
import { canPin, type Driver, type SideProcess, startSide } from '../side/process.ts';
import type { Sample, Task } from '../side/work.ts';

/** A side of a row: who does which task. */
export interface Entry {
  readonly driver: Driver;
  readonly task: Task;
}

/** A peer, and the ratio to it that the row aims at. */
export interface Peer extends Entry {
  readonly goal?: number;
  /** How the peer is called where its package's name does not say it. */
  readonly name?: string;
  /** How many times as much as the peer ours does; sums are not compared then. */
  readonly scale?: number;
}

/** Ours against its peers. */
export interface Match {
  readonly label: string;
  readonly work: string;
  readonly ours: Entry;
  readonly peers: readonly Peer[];
  /** What is compared: time by the clock, or processor time of the client's process. */
  readonly metric?: 'ms' | 'cpuMs';
  readonly processors?: 'all' | 'one';
  /** A statement whose values all sides that give values must agree on before they are timed. */
  readonly check?: string;
}

const PEER_NAMES: Readonly<Record<Driver, string>> = {
  ours: 'ours',
  pg: 'pg',
  postgres: 'postgres',
  raw: 'raw socket',
  libpq: 'libpq (C)',
  'in-memory': 'in memory',
};

/** Starts a process a side, compares what they give, times them in turn, and ends them. */
export async function runMatch(plan: Plan, match: Match): Promise<Report> {
  const { processors = 'all', label, work } = match;
  const metric = plan.processorTime ? 'cpuMs' : (match.metric ?? 'ms');
  const { libpq } = plan.workshop;
  const notes: string[] = [];
  const peers = match.peers.filter(({ driver }) => driver !== 'libpq' || libpq.kind === 'program');
  if (peers.length < match.peers.length && libpq.kind === 'missing') notes.push(libpq.reason);
  if (processors === 'one' && !canPin()) notes.push('processes could not be kept on one processor here');
  const placement = { processors: processors === 'one' && canPin() ? 'one' : 'all' } as const;
  const started: SideProcess[] = [];
  try {
    for (const { driver, task } of [match.ours, ...peers]) {
      started.push(await startSide(plan.workshop, driver, task, placement));
    }
    if (match.check !== undefined) await requireEqualValues(started, match.check);
    const sides = started.map((side, index) => timedSide(side, `${index}`, metric));
    const rounds = await measureRounds(sides, plan.pairs);
    if (peers.every(({ scale }) => scale === undefined)) requireEqualSums(sides);
    const comparisons = peers.map(({ driver, goal, name, scale }, index): Comparison => {
      const pairs = pairsOf(rounds, '0', `${index + 1}`, scale);
      return { label, peer: name ?? PEER_NAMES[driver], work, pairs, ...(goal === undefined ? {} : { goal }) };
    });
    return { comparisons, notes };
  } finally {
    for (const side of started) await side.close();
  }
}

interface CheckedSide extends TimedSide {
  readonly driver: Driver;
  readonly sums: Set<number | null>;
}

function timedSide(side: SideProcess, name: string, metric: 'ms' | 'cpuMs'): CheckedSide {
  const sums = new Set<number | null>();
  return {
    name,
    driver: side.driver,
    sums,
    run: async () => {
      const sample: Sample = await side.run();
      sums.add(sample.sum);
      return sample[metric];
    },
  };
}

/** The same rows were seen by all, in every run. */
function requireEqualSums(sides: readonly CheckedSide[]): void {
  const sums = new Set(sides.flatMap((side) => [...side.sums]).filter((sum) => sum !== null));
  if (sums.size > 1) {
    const told = sides.map(({ driver, sums: own }) => `${driver} ${[...own].join(', ')}`).join('; ');
    throw new Error(`the sides have not done the same work: ${told}`);
  }
}

/** Values are compared among the drivers of this language, texts between ours and libpq. */
async function requireEqualValues(sides: readonly SideProcess[], sql: string): Promise<void> {
  const [ours, ...others] = sides;
  if (ours === undefined) return;
  const values = await ours.outcome(sql);
  for (const side of others) {
    if (side.driver === 'raw') continue;
    const expected = side.driver === 'libpq' ? await ours.outcome(`text ${sql}`) : values;
    if ((await side.outcome(sql)) !== expected) throw new Error(`${side.driver} gives other values than ours: ${sql}`);
  }
}

/** Several reports as one. */
export function joinReports(reports: readonly Report[], notes: readonly string[] = []): Report {
  return {
    comparisons: reports.flatMap(({ comparisons }) => comparisons),
    notes: [...new Set([...reports.flatMap((report) => report.notes), ...notes])],
  };
}
