import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Variables } from '../run/variables.ts';
import { holdsSecret } from './secrets.ts';

/** Statements that were typed, in this session and before. */
export interface History {
  /** The latest first; a statement of several lines is one entry. */
  readonly entries: readonly string[];
  add(entry: string): void;
}

/** A newline within an entry, in the file: one entry is one line. */
const newlineMark = '\u0001';

/**
 * Opens the history in the file that HISTFILE or `$DBLINK_HISTORY` name, or in `~/.dblink_history`.
 *
 * A file that cannot be read or written is as good as none. It is readable by its owner only, and what may hold a
 * password is kept in memory, never in the file.
 */
export function openHistory(variables: Variables, environment: NodeJS.ProcessEnv = process.env): History {
  let path = historyPath(variables, environment);
  const size = sizeOf(variables);
  const known = readEntries(path);
  const entries = known.slice(0, size);
  if (path !== undefined && known.length > 2 * size) writeEntries(path, entries);
  const append = (entry: string): void => {
    if (path === undefined || holdsSecret(entry)) return;
    try {
      appendFileSync(path, `${entry.replaceAll('\n', newlineMark)}\n`, { mode: 0o600 });
    } catch {
      // A home directory that cannot be written is no reason to complain at every statement.
      path = undefined;
    }
  };
  return {
    entries,
    add: (entry) => {
      const control = variables.get('HISTCONTROL')?.toLowerCase() ?? 'none';
      const ignoresSpace = control === 'ignorespace' || control === 'ignoreboth';
      const ignoresRepeats = control === 'ignoredups' || control === 'ignoreboth';
      if (entry.trim() === '' || (ignoresSpace && entry.startsWith(' '))) return;
      if (ignoresRepeats && entries[0] === entry) return;
      entries.unshift(entry);
      if (entries.length > sizeOf(variables)) entries.pop();
      append(entry);
    },
  };
}

function historyPath(variables: Variables, environment: NodeJS.ProcessEnv): string | undefined {
  const { DBLINK_HISTORY: named, HOME: home } = environment;
  const path = variables.get('HISTFILE') || named;
  if (path) return path.startsWith('~/') && home ? join(home, path.slice(2)) : path;
  return home ? join(home, '.dblink_history') : undefined;
}

function sizeOf(variables: Variables): number {
  const size = Number.parseInt(variables.get('HISTSIZE') ?? '', 10);
  return size >= 0 ? size : Number.POSITIVE_INFINITY;
}

/** The entries of the file, the latest first. */
function readEntries(path: string | undefined): string[] {
  if (path === undefined) return [];
  try {
    const lines = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
    return lines.reverse().map((line) => line.replaceAll(newlineMark, '\n'));
  } catch {
    return [];
  }
}

/** Cuts a file that has grown to twice its size. */
function writeEntries(path: string, entries: readonly string[]): void {
  const lines = entries.toReversed().map((entry) => `${entry.replaceAll('\n', newlineMark)}\n`);
  try {
    writeFileSync(path, lines.join(''), { mode: 0o600 });
  } catch {
    // The next session may have more luck.
  }
}
