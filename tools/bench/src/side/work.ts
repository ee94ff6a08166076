/** Where a side connects to. A host that is a folder means the unix socket in it. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** Encrypted without a check of the certificate, as `sslmode=require` has it. */
  readonly tls?: boolean;
}

/** What a side is asked to do again and again. */
export interface Task {
  /** The name of the work, one of those that the driver knows. */
  readonly work: string;
  readonly target: Target;
  readonly sql?: string;
  /** How many queries, connections or rows, where the work is counted. */
  readonly count?: number;
}

/** A work that is set up: what it needs is open, and each run does all of it once. */
export interface Prepared {
  /** Does the work and gives a sum over what was seen, the same for every driver; undefined where none can know it. */
  run(): Promise<number | undefined>;
  /** Undoes what a run left behind; not timed. */
  reset?(): Promise<void>;
  /** All values that a query gives, in one text, for the comparison before the timing. */
  outcome?(sql: string): Promise<string>;
  close(): Promise<void>;
}

/** Sets up a work. */
export type Work = (task: Task) => Promise<Prepared>;

/** The works of one driver by name. */
export type Works = Readonly<Record<string, Work>>;

/** One timed run of a side, as it comes over the pipe. */
export interface Sample {
  readonly ms: number;
  /** Processor time of all threads of the process. */
  readonly cpuMs: number;
  readonly sum: number | null;
  /** The most memory that the process has had so far. */
  readonly peakMiB: number;
}

/** A text of all values of all rows that is equal where the values are. */
export function valuesText(rows: Iterable<readonly unknown[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(JSON.stringify(row.map(valueText)));
  return lines.join('\n');
}

function valueText(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'bigint') return value.toString();
  return value ?? null;
}

/** The column that every work adds up, so that no row can be left out. */
export const SUMMED_COLUMN = 'a';

/** A task's number of repetitions. */
export function countOf(task: Task): number {
  if (task.count === undefined) throw new Error(`${task.work} needs a count`);
  return task.count;
}

/** A task's statement. */
export function sqlOf(task: Task): string {
  if (task.sql === undefined) throw new Error(`${task.work} needs a statement`);
  return task.sql;
}
