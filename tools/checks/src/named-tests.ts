import { posix } from 'node:path';
import type { Check, Finding } from './finding.ts';
import { listFiles, readText } from './tree.ts';

/** `[words](path/x.test.ts "name of the test")`, anywhere in a document; outside promises the name may be missing. */
const LINK = /\]\(([^()\s]+\.test\.ts)(?:\s+"([^"]*)")?\)/g;
/** Columns of tables whose every cell makes a promise. */
const PROMISES = new Set(['this client', 'proved by']);

/**
 * A test that a document names is there, and no cell of a table that promises something goes without one.
 */
export const namedTests: Check = {
  name: 'named tests',
  run(root) {
    const files = listFiles(root);
    const findings: Finding[] = [];
    for (const file of files.filter((path) => path.endsWith('.md'))) {
      const text = readText(root, file);
      for (const [, path = '', title] of text.matchAll(LINK)) {
        const target = posix.normalize(posix.join(posix.dirname(file), path));
        if (!files.includes(target)) findings.push({ file, message: `there is no ${target}` });
        else if (title !== undefined && !names(readText(root, target), title)) {
          findings.push({ file, message: `${target} has no test "${title}"` });
        }
      }
      for (const cell of promises(text)) {
        if (![...cell.matchAll(LINK)].some(([, , title]) => title !== undefined))
          findings.push({ file, message: `"${cell}" is backed by no named test` });
      }
    }
    return findings;
  },
};

/** Whether a string of the source is this name; a template is named as it is written. */
function names(source: string, title: string): boolean {
  return ["'", '"', '`'].some((quote) => source.includes(`${quote}${title}${quote}`));
}

/** The cells of the columns that promise, of every table of a document. */
function promises(text: string): readonly string[] {
  const found: string[] = [];
  let column = -1;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      column = -1;
      continue;
    }
    const cells = line.split('|').map((cell) => cell.trim());
    if (column < 0) column = cells.findIndex((cell) => PROMISES.has(cell));
    else if (!/^[-:]+$/.test(cells[column] ?? '')) found.push(cells[column] ?? '');
  }
  return found;
}
