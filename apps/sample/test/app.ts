import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canTrace, type Traces, traceProcess, whatIsLeft } from './traces.ts';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** The built application, running. */
export interface App {
  readonly pid: number;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Waits until the output holds what is asked for, and rejects when the application ends before. */
  until(pattern: RegExp): Promise<void>;
  /** Sends SIGINT to the application and all that it started, as a terminal does. */
  pressCtrlC(): void;
  /** Sends a signal to the application alone. */
  signal(name: NodeJS.Signals): void;
  /** Ends the application, if it still runs. */
  kill(): void;
  /** Waits for the end. */
  ended(): Promise<Ending>;
}

export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What was seen of it while it ran; undefined where one can't look. */
  readonly traces: Traces | undefined;
  /** What the application left behind, in words. */
  readonly left: readonly string[];
}

/** Starts the built application with a temporary folder of its own, so that what it leaves there is seen. */
export function startApp(args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}): App {
  const temporary = mkdtempSync(join(tmpdir(), 'sample-'));
  // As root the servers run under another account, which has to reach its folders in this one.
  chmodSync(temporary, 0o755);
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, TMPDIR: temporary, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const pid = child.pid ?? 0;
  const trace = canTrace ? traceProcess(pid) : undefined;
  const output = { stdout: '', stderr: '' };
  const wakers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      for (const wake of wakers) wake();
    });
  let ending: { readonly status: number | null; readonly signal: NodeJS.Signals | null } | undefined;
  child.once('close', (status, signal) => {
    ending = { status, signal };
    for (const wake of wakers) wake();
  });
  const wait = async (enough: () => boolean): Promise<void> => {
    while (!enough())
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          wakers.delete(wake);
          resolve();
        };
        wakers.add(wake);
      });
  };
  const conclude = async (): Promise<Ending> => {
    await wait(() => ending !== undefined);
    const traces = trace?.stop();
    const left = [...(traces === undefined ? [] : await settle(traces)), ...readdirSync(temporary)];
    rmSync(temporary, { recursive: true, force: true });
    return { status: ending?.status ?? null, signal: ending?.signal ?? null, ...output, traces, left };
  };
  let result: Promise<Ending> | undefined;
  return {
    pid,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    until: async (pattern) => {
      const found = (): boolean => pattern.test(output.stdout) || pattern.test(output.stderr);
      await wait(() => found() || ending !== undefined);
      if (!found()) throw new Error(`the application ended before ${pattern}:\n${output.stdout}\n--\n${output.stderr}`);
    },
    pressCtrlC: () => void process.kill(-pid, 'SIGINT'),
    signal: (name) => void process.kill(pid, name),
    kill: () => void child.kill('SIGKILL'),
    ended: () => {
      result ??= conclude();
      return result;
    },
  };
}

/** The watchman of the servers ends a moment after the application, when it sees that it is gone. */
async function settle(traces: Traces): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 100 && whatIsLeft(traces).length > 0; attempt += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
  return whatIsLeft(traces);
}
