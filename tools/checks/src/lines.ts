import type { Check, Finding } from './finding.ts';
import { listFiles, readText } from './tree.ts';

const MOST_LINES = 400;

/** One concept a file: no source file, tests included, is longer than 400 lines. */
export const lines: Check = {
  name: 'lines',
  run(root) {
    const findings: Finding[] = [];
    for (const file of listFiles(root)) {
      if (!/\.(ts|mts|mjs|js|sql)$/.test(file) || /\.generated\.ts$/.test(file)) continue;
      const count = readText(root, file).split('\n').length - 1;
      if (count > MOST_LINES) findings.push({ file, message: `${count} lines, at most ${MOST_LINES}` });
    }
    return findings;
  },
};
