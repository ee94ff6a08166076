import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge'];

/** The first browser of Chromium's kind on the PATH; undefined when there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names
    .flatMap((name) => folders.map((folder) => join(folder, process.platform === 'win32' ? `${name}.exe` : name)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A browser that has been started, with a profile of its own. */
export interface Browser {
  /** Settles with a reason when the browser ends before it is stopped. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Opens a page in a headless browser that talks to this machine alone. */
export function openChromium(path: string, url: string): Browser {
  const profile = mkdtempSync(join(tmpdir(), 'browser-tests-'));
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-dev-shm-usage',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    `--user-data-dir=${profile}`,
  ];
  // A group of its own, so that the processes that it starts are stopped with it.
  const child = spawn(path, [...flags, url], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = `${complaint}${text}`.slice(-2000);
  });
  const closed = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`the browser did not start: ${error.message}`));
    child.on('exit', (code, signal) => resolve(`the browser ended (${code ?? signal})\n${complaint}`));
  });
  return {
    ended: closed,
    async stop() {
      killGroup(child);
      await closed;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    },
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It has gone already.
  }
}
