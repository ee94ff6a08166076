import { spawn } from 'node:child_process';

/** How a child process ended, and what it wrote. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs a command to its end; its output is passed on as it comes and kept for counting. */
export function runCommand(
  root: string,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', TURBO_TELEMETRY_DISABLED: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const pieces: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (piece: Buffer) => {
        pieces.push(piece);
        process.stdout.write(piece);
      });
    }
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve({ exitCode: code ?? (signal === null ? 1 : 128), output: Buffer.concat(pieces).toString('utf8') });
    });
  });
}
