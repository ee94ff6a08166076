import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Running {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What has come out so far. */
  readonly output: { stdout: string; stderr: string };
}

const environment = { ...process.env, NO_COLOR: '1', PGHOST: undefined, PGPORT: undefined, PGPASSWORD: undefined };

function start(program: string, argv: readonly string[], input?: string, variables: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(program, argv, { env: { ...environment, ...variables }, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.stdin.on('error', () => undefined);
  if (input !== undefined) child.stdin.end(input);
  const ended = once(child, 'close').then(([status, signal]) => ({
    status: status as number | null,
    signal: signal as NodeJS.Signals | null,
    ...output,
  }));
  return { process: child, ended, output };
}

/** Starts the built `dblink`; without `input` its standard input stays open. */
export function startDblink(argv: readonly string[], input?: string, variables?: NodeJS.ProcessEnv): Running {
  return start(process.execPath, [main, ...argv], input, variables);
}

/** Runs the built `dblink` to its end. */
export function dblink(argv: readonly string[], input = '', variables?: NodeJS.ProcessEnv): Promise<Ended> {
  return startDblink(argv, input, variables).ended;
}

/** Runs a program of the machine to its end. */
export function program(
  name: string,
  argv: readonly string[],
  input = '',
  variables?: NodeJS.ProcessEnv,
): Promise<Ended> {
  return start(name, argv, input, variables).ended;
}

/** The version of the machine's psql; undefined where there is none. */
export const psqlVersion: string | undefined = (() => {
  const found = spawnSync('psql', ['--version'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
})();

/** A `dblink serve` that answers. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly socketDirectory: string | undefined;
  readonly running: Running;
  /** Flags by which psql reaches it. */
  readonly psqlFlags: readonly string[];
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** Starts `dblink serve` on a free port, and waits for its line. */
export async function startServe(argv: readonly string[] = [], socketDirectory?: string): Promise<Served> {
  const socket = socketDirectory === undefined ? [] : ['--socket', socketDirectory];
  const running = startDblink(['serve', '--port', '0', ...socket, ...argv]);
  const port = await new Promise<number>((resolve, reject) => {
    const look = (): void => {
      const found = /listening on \S+:(\d+)\n/.exec(running.output.stdout);
      if (found !== null) resolve(Number(found[1]));
    };
    running.process.stdout?.on('data', look);
    void running.ended.then(({ stderr }) => reject(new Error(`serve ended: ${stderr}`)));
  });
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> => {
    running.process.kill(signal);
    return await running.ended;
  };
  return {
    port,
    socketDirectory,
    running,
    psqlFlags: ['-X', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', 'postgres'],
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** Lets some time pass. */
export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until something is so, and fails after a minute. */
export async function until(check: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
    await sleep(20);
  }
}

/** Whether a program can be run here. */
export function hasProgram(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(name, ['--version'], (error) => resolve(error === null));
  });
}
