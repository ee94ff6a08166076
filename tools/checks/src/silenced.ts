import type { Check, Finding } from './finding.ts';
import { listFiles, readText } from './tree.ts';

const SILENCED =
  /(@ts-ignore|@ts-nocheck|@ts-expect-error|biome-ignore|\b(?:it|test|describe)\.(?:only|todo|skip)\b)(.*)/;

/** A silenced check or a skipped test has its reason on the same line; `only`, `todo` and `ts-ignore` never stand. */
export const silenced: Check = {
  name: 'silenced',
  run(root) {
    const findings: Finding[] = [];
    for (const file of listFiles(root)) {
      // The check and its test name what they look for.
      if (!/\.(ts|mts)$/.test(file) || /^tools\/checks\/src\/(silenced|checks\.test)\.ts$/.test(file)) continue;
      readText(root, file)
        .split('\n')
        .forEach((line, index) => {
          const match = SILENCED.exec(line);
          if (match === null) return;
          const [, what = '', rest = ''] = match;
          const reasoned = /^(biome-ignore|@ts-expect-error)$/.test(what) && /[:\s]\s*\S.{8,}/.test(rest);
          if (!reasoned) findings.push({ file: `${file}:${index + 1}`, message: `${what} without a reason beside it` });
        });
    }
    return findings;
  },
};
