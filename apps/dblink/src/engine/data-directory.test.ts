import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adoptStaging, takeDataDirectory } from './data-directory.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-directory-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function made(name: string, files: readonly string[]): string {
  const path = join(folder, name);
  mkdirSync(path);
  for (const file of files) writeFileSync(join(path, file), '');
  return path;
}

/** The number of a process that has ended. */
const ended = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('one process at a time, and no trace afterwards', () => {
  const path = made('shared', ['PG_VERSION']);
  const held = takeDataDirectory(path);
  expect(held.staging).toBeUndefined();
  expect(() => takeDataDirectory(path)).toThrow(`data directory "${path}" is in use by process ${process.pid}`);
  held.release();
  expect(readdirSync(path)).toStrictEqual(['PG_VERSION']);
  takeDataDirectory(path).release();
});

test('a lock of a process that is gone does not count', () => {
  const path = made('stale', ['PG_VERSION']);
  writeFileSync(join(path, 'dblink.pid'), `${ended()} 12345\n`);
  takeDataDirectory(path).release();
});

test.skipIf(!existsSync('/proc/self/stat'))('nor does one whose number another process has by now', () => {
  const path = made('reused', ['PG_VERSION']);
  writeFileSync(join(path, 'dblink.pid'), `${process.ppid} 1\n`);
  takeDataDirectory(path).release();
});

test('a lock that cannot be read as one is taken for a dead one', () => {
  const path = made('garbled', ['PG_VERSION', 'dblink.pid']);
  takeDataDirectory(path).release();
});

test('a new database comes in whole, its version last', () => {
  const path = join(folder, 'new', 'below');
  const held = takeDataDirectory(path);
  const staging = held.staging ?? '';
  writeFileSync(join(staging, 'PG_VERSION'), '18\n');
  mkdirSync(join(staging, 'base'));
  expect(existsSync(join(path, 'PG_VERSION'))).toBe(false);
  adoptStaging(path, staging);
  held.release();
  expect(readdirSync(path).sort()).toStrictEqual(['PG_VERSION', 'base']);
  expect(readFileSync(join(path, 'PG_VERSION'), 'utf8')).toBe('18\n');
});

test('what an interrupted start left is cleared away', () => {
  const path = made('interrupted', ['base']);
  mkdirSync(join(path, 'dblink.initdb'));
  writeFileSync(join(path, 'dblink.initdb', 'PG_VERSION'), '');
  const held = takeDataDirectory(path);
  expect(readdirSync(held.staging ?? '')).toStrictEqual([]);
  expect(readdirSync(path).sort()).toStrictEqual(['dblink.initdb', 'dblink.pid']);
  held.release();
});

test('a directory that holds something else, and no database, is left alone', () => {
  const path = made('strange', ['precious']);
  expect(() => takeDataDirectory(path)).toThrow(`directory "${path}" exists but is not empty and holds no database`);
  expect(readdirSync(path)).toStrictEqual(['precious']);
});

test('a path that cannot be a directory', () => {
  const path = join(made('file', ['x']), 'x', 'y');
  expect(() => takeDataDirectory(path)).toThrow(`could not create directory "${path}": Not a directory`);
});
