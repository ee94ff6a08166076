import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { libpqArguments } from './libpq.ts';
import type { Sample, Task } from './work.ts';
import type { Workshop } from './workshop.ts';

/** Who does the work. */
export type Driver = 'ours' | 'pg' | 'postgres' | 'raw' | 'libpq' | 'in-memory';

/** A process that does one work whenever it is told to. */
export interface SideProcess {
  readonly driver: Driver;
  run(): Promise<Sample>;
  outcome(sql: string): Promise<string>;
  close(): Promise<void>;
}

/** How processes of the bench are started. */
export interface Placement {
  /** `one` keeps all of them on the first processor, where the kernel allows it. */
  readonly processors: 'all' | 'one';
}

/** Whether processes can be kept on one processor. */
export function canPin(): boolean {
  try {
    execFileSync('taskset', ['-c', '0', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps a server on the first processor, and with it what it forks from now on. */
export function pinServer(pid: number): void {
  execFileSync('taskset', ['-a', '-c', '-p', '0', String(pid)], { stdio: 'ignore' });
}

/** Starts a side and waits until it is ready. */
export async function startSide(
  workshop: Workshop,
  driver: Driver,
  task: Task,
  { processors }: Placement,
): Promise<SideProcess> {
  const command = commandOf(workshop, driver, task);
  const [file = '', ...args] = processors === 'one' ? ['taskset', '-c', '0', ...command] : command;
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = answersOf(child, `${driver} ${task.work}`);
  await answers.next();
  const ask = async (line: string): Promise<unknown> => {
    child.stdin?.write(`${line}\n`);
    return await answers.next();
  };
  return {
    driver,
    run: async () => (await ask('run')) as Sample,
    outcome: async (sql) => ((await ask(`outcome ${sql}`)) as { readonly outcome: string }).outcome,
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      child.stdin?.end('end\n');
      await exited;
    },
  };
}

function commandOf(workshop: Workshop, driver: Driver, task: Task): readonly string[] {
  if (driver !== 'libpq') {
    return [process.execPath, '--expose-gc', workshop.sideMain, driver, JSON.stringify(task)];
  }
  if (workshop.libpq.kind === 'missing') throw new Error(workshop.libpq.reason);
  return [workshop.libpq.path, ...libpqArguments(task)];
}

/** The lines that a process writes, one at a time; its end before an answer is an error. */
function answersOf(child: ChildProcess, name: string): { next(): Promise<unknown> } {
  if (child.stdout === null) throw new Error('a side has no standard output');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async next() {
      const { done, value } = await lines.next();
      if (done === true) throw new Error(`${name} ended without an answer`);
      return JSON.parse(value) as unknown;
    },
  };
}
