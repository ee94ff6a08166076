import { homedir } from 'node:os';
import { dirname } from 'node:path';
import type { Check, Finding } from './finding.ts';
import { listFiles, readText } from './tree.ts';

const TEXT_FILE = /\.(ts|mts|mjs|js|json|md|sql|yml|yaml|sh|txt)$|(^|\/)run$/;
const FORBIDDEN_NAME = /(^|[/.-])(utils?|helpers?|common|managers?|misc|stuff)([./-]|$)/;

/** The tree names no path of the machine it was written on, no download address, and no room called `utils`. */
export const words: Check = {
  name: 'words',
  run(root) {
    const findings: Finding[] = [];
    const paths = [`${dirname(root)}/`, ...(homedir() === '/' ? [] : [`${homedir()}/`])].filter(
      (path) => path.length > 2 && path !== '/tmp/',
    );
    for (const file of listFiles(root)) {
      if (/\.ts$/.test(file) && FORBIDDEN_NAME.test(file))
        findings.push({ file, message: 'a file is named after what it holds' });
      if (!TEXT_FILE.test(file)) continue;
      const text = readText(root, file);
      for (const path of paths) if (text.includes(path)) findings.push({ file, message: 'a path of this machine' });
      if (/"resolved": "https?:/.test(text)) findings.push({ file, message: 'a download address' });
    }
    return findings;
  },
};
