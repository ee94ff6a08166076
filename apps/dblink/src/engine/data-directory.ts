import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { EngineError } from './engine.ts';

const lockName = 'dblink.pid';
const stagingName = 'dblink.initdb';

/** A data directory that this process, and no other, may use. */
export interface DataDirectory {
  readonly path: string;
  /** Where a new database is to be made; undefined when the directory holds one. */
  readonly staging: string | undefined;
  release(): void;
}

/**
 * Takes a data directory for this process, making it when it does not exist.
 *
 * @throws EngineError `data-directory` when another process has it, when it holds something else than a database, or
 * when it cannot be written.
 */
export function takeDataDirectory(directory: string): DataDirectory {
  const path = resolve(directory);
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new EngineError('data-directory', `could not create directory "${directory}": ${reason(error)}`);
  }
  const lock = join(path, lockName);
  takeLock(lock, directory);
  const release = (): void => {
    if (readLock(lock)?.text === ownLine()) unlinkSync(lock);
  };
  if (existsSync(join(path, 'PG_VERSION'))) return { path, staging: undefined, release };
  const staging = join(path, stagingName);
  const strangers = readdirSync(path).filter((name) => name !== lockName);
  // PG_VERSION is moved in last: with the staging folder beside them, other entries are an interrupted start's.
  if (strangers.length > 0 && !strangers.includes(stagingName)) {
    release();
    throw new EngineError('data-directory', `directory "${directory}" exists but is not empty and holds no database`);
  }
  for (const name of strangers) rmSync(join(path, name), { recursive: true, force: true });
  mkdirSync(staging, { mode: 0o700 });
  return { path, staging, release };
}

/** Puts the database that was made in the staging folder into its place. */
export function adoptStaging(path: string, staging: string): void {
  const names = readdirSync(staging).filter((name) => name !== 'PG_VERSION');
  for (const name of names) renameSync(join(staging, name), join(path, name));
  renameSync(join(staging, 'PG_VERSION'), join(path, 'PG_VERSION'));
  rmSync(staging, { recursive: true, force: true });
}

function takeLock(lock: string, directory: string): void {
  // One turn for a lock that is free, one for a lock that a dead process left.
  for (let turn = 0; turn < 2; turn += 1) {
    try {
      writeFileSync(lock, ownLine(), { flag: 'wx', mode: 0o600 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new EngineError('data-directory', `could not write to directory "${directory}": ${reason(error)}`);
      }
    }
    const held = readLock(lock);
    if (held === undefined) continue;
    if (isAlive(held)) {
      throw new EngineError('data-directory', `data directory "${directory}" is in use by process ${held.pid}`);
    }
    discardLock(lock, held.text);
  }
  throw new EngineError('data-directory', `data directory "${directory}" is in use`);
}

/** Removes a dead process's lock, unless another process has just done so and put its own there. */
function discardLock(lock: string, text: string): void {
  const aside = `${lock}.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, 'utf8') === text) unlinkSync(aside);
  else renameSync(aside, lock);
}

interface Lock {
  readonly pid: number;
  readonly started: string;
  readonly text: string;
}

function readLock(lock: string): Lock | undefined {
  try {
    const text = readFileSync(lock, 'utf8');
    const [pid, started] = text.trim().split(' ');
    return { pid: Number(pid), started: started ?? '', text };
  } catch {
    return undefined;
  }
}

function isAlive(lock: Lock): boolean {
  if (!Number.isSafeInteger(lock.pid) || lock.pid <= 0) return false;
  try {
    process.kill(lock.pid, 0);
  } catch (error) {
    // EPERM: it lives, as somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return lock.pid === process.pid || lock.started === '' || startOf(lock.pid) === lock.started;
}

function ownLine(): string {
  return `${process.pid} ${startOf(process.pid)}\n`;
}

/** When a process began, in clock ticks since boot, so that a used-up process number is not taken for its successor. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold anything; fields are counted behind it.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'Permission denied';
  if (code === 'EROFS') return 'Read-only file system';
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'Not a directory';
  if (code === 'ENOSPC') return 'No space left on device';
  return error instanceof Error ? error.message : String(error);
}
