import { relative, resolve } from 'node:path';
import fc, { type RunDetails } from 'fast-check';
import { expect } from 'vitest';
import { keepSeed } from './seeds.ts';

// Every property of the tree runs under these settings. The gate takes the same values each time, so that it says the same
// of the same tree; `npm run fuzz` takes others each time, and what fails there is kept and run again by the gate.
const { FUZZ_SEED, FUZZ_PATH, FUZZ_KEEP, FUZZ_RUNS } = process.env;
const GATE_SEED = 20_261_120;
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
  ...(FUZZ_SEED === undefined && FUZZ_RUNS === undefined ? { seed: GATE_SEED } : {}),
});
