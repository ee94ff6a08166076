import { resolve } from 'node:path';
import { runCommand } from './process.ts';

const root = resolve(import.meta.dirname, '../../..');
const runs = process.env['FUZZ_RUNS'] ?? '1000000';

// The properties of the gate with their run count raised; the seed of a failure is kept, and run again by the gate.
const { exitCode } = await runCommand(
  root,
  'npx',
  ['--no-install', 'vitest', 'run', '--project', 'property', '--testTimeout=0', ...process.argv.slice(2)],
  { FUZZ_RUNS: runs, FUZZ_KEEP: '1' },
);
process.exitCode = exitCode;
