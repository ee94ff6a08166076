import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/*
 * A server must not outlive the process that asked for it, even when that process is killed with SIGKILL and can run no
 * handler. So one small detached process per test process holds the reading end of a pipe: when the pipe closes, for
 * whatever reason, it stops what is still registered and removes its folders. It takes lines of JSON:
 *   {"folder": path}            everything below is ours
 *   {"pid": n, "folder": path}  a program that names that folder in its command line
 *   {"forget": path}            gone already
 * It runs from text given to `node -e`, so that it is the same from source, from dist and from a bundle.
 */
const program = `
const { readFileSync, rmSync, readdirSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const folders = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (text + chunk).split('\\n');
  text = lines.pop();
  for (const line of lines) {
    const order = JSON.parse(line);
    if (order.forget !== undefined) folders.delete(order.forget);
    else {
      if (!folders.has(order.folder)) folders.set(order.folder, new Set());
      if (order.pid !== undefined) folders.get(order.folder).add(order.pid);
    }
  }
});
const commandLine = (pid) => {
  try {
    if (process.platform === 'linux') return readFileSync('/proc/' + pid + '/cmdline', 'utf8');
    if (process.platform === 'win32') return '';
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
};
const ours = (pid, folder) => commandLine(pid).includes(folder);
const signal = (pid, name) => {
  try { process.kill(pid, name); } catch {}
};
const finish = async () => {
  const deadline = Date.now() + 8000;
  const running = () => [...folders].flatMap(([folder, pids]) => [...pids].filter((pid) => ours(pid, folder)));
  for (const pid of running()) signal(pid, 'SIGQUIT');
  for (let left = running(); left.length > 0; left = running()) {
    if (Date.now() > deadline) for (const pid of left) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const folder of folders.keys()) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit(0);
};
process.stdin.on('end', finish);
process.stdin.on('error', finish);
`;

/** The far end of the pipe to the process that outlives this one by a moment. */
export interface Supervisor {
  watchFolder(folder: string): void;
  watchProcess(pid: number, folder: string): void;
  forget(folder: string): void;
}

// One per process by nature: what it guards is this process's life.
let running: Supervisor | undefined;

/** Starts the supervisor with the first call, and gives the same one afterwards. */
export function supervisor(): Supervisor {
  running ??= start();
  return running;
}

function start(): Supervisor {
  const child = spawn(process.execPath, ['-e', program], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
  });
  const pipe = unhold(child);
  const send = (order: object): void => {
    pipe.write(`${JSON.stringify(order)}\n`);
  };
  return {
    watchFolder: (folder) => send({ folder }),
    watchProcess: (pid, folder) => send({ pid, folder }),
    forget: (folder) => send({ forget: folder }),
  };
}

/** Lets this process end although the child and the pipe to it are open. */
function unhold(child: ChildProcess): Writable {
  child.unref();
  const pipe = child.stdin;
  if (pipe === null) throw new Error('the supervisor has no standard input');
  pipe.on('error', () => {
    // The supervisor was killed by someone else: servers can still be stopped by their handles.
  });
  if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return pipe;
}
