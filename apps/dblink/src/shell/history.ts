import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Lines typed in earlier sessions; a missing or unreadable file is an empty one. */
export interface History {
  /** The latest first. */
  readonly lines: readonly string[];
  /** Keeps at most `size` lines, the latest first, readable by their owner only. */
  save(lines: readonly string[], size: number): void;
}

/** The history in `$DBLINK_HISTORY`, or `~/.dblink_history`. */
export function openHistory(): History {
  const path = process.env['DBLINK_HISTORY'] ?? join(homedir(), '.dblink_history');
  return {
    lines: readLines(path),
    save: (lines, size) => {
      const kept = lines.slice(0, size).toReversed();
      try {
        writeFileSync(path, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
      } catch {
        // A read-only home directory is no reason to complain at the end of a session.
      }
    },
  };
}

function readLines(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .toReversed();
  } catch {
    return [];
  }
}
