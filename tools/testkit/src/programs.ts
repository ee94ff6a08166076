import { type ChildProcess, execFile, spawn } from 'node:child_process';
import type { ServerIdentity } from './identity.ts';

/** Options of `execFile` and `spawn`. */
export interface ProgramOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly uid?: number;
  readonly gid?: number;
}

/** What is needed to run one of the server's programs: the account, and an environment that holds no surprise. */
export function programOptions(identity: ServerIdentity | undefined, home: string): ProgramOptions {
  // PG* variables of the caller would change what initdb, postgres and the libpq inside dblink do.
  const inherited = Object.entries(process.env).filter(([name]) => /^(PATH|SystemRoot|LD_LIBRARY_PATH)$/.test(name));
  const env = { ...Object.fromEntries(inherited), LC_ALL: 'C', LANG: 'C', TZ: 'UTC', HOME: home };
  return { cwd: home, env, ...(identity === undefined ? {} : { uid: identity.uid, gid: identity.gid }) };
}

/**
 * Runs a program to its end and gives what it wrote to standard output.
 *
 * @throws Error with the program's own words when it fails.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  identity: ServerIdentity | undefined,
  home: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { ...programOptions(identity, home), maxBuffer: 16 << 20 };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${file} failed: ${error.message}\n${stderr}`, { cause: error }));
    });
  });
}

/** Starts the server in a process group of its own, so that Ctrl-C at the terminal does not reach it. */
export function spawnServer(
  file: string,
  args: readonly string[],
  identity: ServerIdentity | undefined,
  home: string,
  logDescriptor: number,
): ChildProcess {
  return spawn(file, [...args], {
    ...programOptions(identity, home),
    detached: true,
    stdio: ['ignore', logDescriptor, logDescriptor],
  });
}
