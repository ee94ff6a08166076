import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Why there is no pseudo-terminal; undefined where util-linux's `script` makes one. */
export const noTerminal: string | undefined = (() => {
  const found = spawnSync('script', ['--version'], { encoding: 'utf8' });
  return found.status === 0 && found.stdout.includes('util-linux') ? undefined : 'no script of util-linux here';
})();

export const ctrlC = '\u0003';
export const ctrlD = '\u0004';
export const tab = '\t';
export const up = '\u001b[A';

/** The built program on a pseudo-terminal. */
export interface Terminal extends AsyncDisposable {
  /** Types keys, and waits until the screen shows the pattern behind what it showed before. */
  type(keys: string, pattern: RegExp): Promise<string>;
  /** What has been shown, without the codes that move the cursor. */
  readonly screen: string;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
}

const controlCodes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]|\r`, 'g');
const deadlineMs = 30_000;

/** Starts the shell, and waits for its first prompt. */
export async function openTerminal(
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Terminal> {
  const quoted = [process.execPath, main, ...argv].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const child = spawn('script', ['-qfec', `exec ${quoted}`, '/dev/null'], {
    env: { PATH: process.env['PATH'], TERM: 'xterm', LC_ALL: 'C.UTF-8', SHELL: '/bin/sh', ...environment },
  });
  const screen = watchScreen(child);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const terminal: Terminal = {
    type: async (keys, pattern) => {
      const from = screen.text().length;
      child.stdin.write(keys);
      return await screen.until(from, pattern);
    },
    get screen() {
      return screen.text();
    },
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
  await screen.until(0, /=# $/);
  return terminal;
}

function watchScreen(child: ChildProcessWithoutNullStreams): {
  text(): string;
  until(from: number, pattern: RegExp): Promise<string>;
} {
  let raw = '';
  const watchers = new Set<() => void>();
  const changed = (): void => {
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    raw += text;
    changed();
  });
  child.once('close', changed);
  child.stdin.on('error', () => undefined);
  const text = (): string => raw.replace(controlCodes, '');
  const until = (from: number, pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(timer);
        watchers.delete(look);
        act();
      };
      const look = (): void => {
        const shown = text().slice(from);
        if (pattern.test(shown)) settle(() => resolve(shown));
        else if (child.exitCode !== null) settle(() => reject(new Error(`ended without ${pattern}: ${shown}`)));
      };
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited in vain for ${pattern}: ${JSON.stringify(raw.slice(-600))}`))),
        deadlineMs,
      );
      watchers.add(look);
      look();
    });
  return { text, until };
}
