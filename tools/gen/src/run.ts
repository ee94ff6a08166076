// Writes every generated file of the repository; with --check it writes nothing and fails when one is stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { authentication } from './authentication.ts';
import { columnKernels } from './column-kernels.ts';
import { divergences } from './divergences.ts';
import { extensionFiles } from './extension-files.ts';
import type { Generator } from './generated-file.ts';
import { sqlKeywords } from './keywords.ts';
import { conninfoOptions } from './options.ts';
import { sqlStates } from './sqlstate.ts';

const GENERATORS: readonly Generator[] = [
  authentication,
  columnKernels,
  conninfoOptions,
  divergences,
  extensionFiles,
  sqlKeywords,
  sqlStates,
];

const root = join(import.meta.dirname, '../../..');
const check = process.argv.includes('--check');
let stale = 0;
let total = 0;
for (const generate of GENERATORS) {
  for (const file of generate()) {
    total += 1;
    const path = join(root, file.path);
    if (existsSync(path) && readFileSync(path, 'utf8') === file.text) continue;
    stale += 1;
    if (!check) writeFileSync(path, file.text);
    console.log(check ? `stale: ${file.path} (run npm run gen)` : `wrote ${file.path}`);
  }
}
console.log(`${total} generated files, ${stale} ${check ? 'stale' : 'written'}`);
if (check && stale > 0) process.exitCode = 1;
