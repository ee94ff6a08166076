import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/*
 * A server must not outlive the process that asked for it, even when that process is killed with SIGKILL and can run no
 * handler. So one small detached process per test process holds the reading end of a pipe: when the pipe closes, for
 * whatever reason, it stops what is still registered and removes its folders. It takes lines of JSON:
 *   {"folder": path}                       everything below is ours
 *   {"pid": n, "folder": path, "release": {file, args, options}}
 *                                          a server that names that folder in its command line; `release` is run when
 *                                          it has left its lock file, and frees what a killed one holds in the system
 *   {"pid": n, "folder": path, "ends": "SIGTERM"}
 *                                          a program that ends at once by another signal than a server's SIGQUIT
 *   {"forget": path}                       gone already
 * It runs from text given to `node -e`, so that it is the same from source, from dist and from a bundle.
 */
const program = `
const { existsSync, readFileSync, readdirSync, readlinkSync, rmSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const folders = new Map();
const releases = new Map();
const endings = new Map();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (text + chunk).split('\\n');
  text = lines.pop();
  for (const line of lines) {
    const order = JSON.parse(line);
    if (order.forget !== undefined) {
      folders.delete(order.forget);
      releases.delete(order.forget);
    } else {
      if (!folders.has(order.folder)) folders.set(order.folder, new Set());
      if (order.pid !== undefined) folders.get(order.folder).add(order.pid);
      if (order.release !== undefined) releases.set(order.folder, order.release);
      if (order.ends !== undefined) endings.set(order.pid, order.ends);
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
// The children of a server work in its data directory.
const inside = (folder) => {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map(Number).filter((pid) => {
    try {
      return readlinkSync('/proc/' + pid + '/cwd').startsWith(folder) && /postgres|initdb/.test(commandLine(pid));
    } catch {
      return false;
    }
  });
};
const signal = (pid, name) => {
  try { process.kill(pid, name); } catch {}
};
const finish = async () => {
  const deadline = Date.now() + 8000;
  const running = () => [
    ...new Set([...folders].flatMap(([folder, pids]) => [...[...pids].filter((pid) => ours(pid, folder)), ...inside(folder)])),
  ];
  for (const pid of running()) signal(pid, endings.get(pid) ?? 'SIGQUIT');
  for (let left = running(); left.length > 0; left = running()) {
    if (Date.now() > deadline) for (const pid of left) signal(pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const [folder, { file, args, options }] of releases) {
    if (!existsSync(folder + '/data/postmaster.pid')) continue;
    // It names a process that is dead, but may not have been collected yet and so look alive.
    rmSync(folder + '/data/postmaster.pid', { force: true });
    try { execFileSync(file, args, { ...options, stdio: 'ignore', timeout: 10000 }); } catch {}
  }
  for (const folder of folders.keys()) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  process.exit(0);
};
process.stdin.on('end', finish);
process.stdin.on('error', finish);
`;

/** A program to run, as `execFile` takes it. */
export interface Release {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: object;
}

/** The far end of the pipe to the process that outlives this one by a moment. */
export interface Supervisor {
  watchFolder(folder: string): void;
  watchServer(pid: number, folder: string, release: Release): void;
  /** A program that SIGTERM ends at once, and that holds nothing in the system. */
  watchDaemon(pid: number, folder: string): void;
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
    watchServer: (pid, folder, release) => send({ pid, folder, release }),
    watchDaemon: (pid, folder) => send({ pid, folder, ends: 'SIGTERM' }),
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
