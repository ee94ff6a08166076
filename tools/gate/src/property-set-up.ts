import { relative, resolve } from 'node:path';
import fc, { type RunDetails } from 'fast-check';
import { expect } from 'vitest';
import { keepSeed } from './seeds.ts';

// Every property of the tree runs under these settings: a kept seed is run again where one is named, and a failure that
// `npm run fuzz` finds is kept.
const { FUZZ_SEED, FUZZ_PATH, FUZZ_KEEP } = process.env;
const root = resolve(import.meta.dirname, '../../..');

function report(details: RunDetails<unknown>): void {
  if (!details.failed) return;
  const { currentTestName, testPath } = expect.getState();
  if (FUZZ_KEEP !== undefined && details.counterexamplePath !== null) {
    keepSeed({
      file: relative(root, testPath ?? ''),
      test: currentTestName ?? '',
      seed: details.seed,
      path: details.counterexamplePath,
    });
  }
  throw new Error(fc.defaultReportMessage(details), { cause: details.errorInstance });
}

fc.configureGlobal({
  reporter: report,
  ...(FUZZ_SEED === undefined ? {} : { seed: Number(FUZZ_SEED), path: FUZZ_PATH ?? '', endOnFailure: true }),
});
