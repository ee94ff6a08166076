import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunReport } from '../../checks/src/closing-line-reporter.ts';
import type { Layer, LayerResult } from './layer.ts';
import { runCommand } from './process.ts';
import { readSeeds } from './seeds.ts';

const TYPESCRIPT = ['--import', 'tsx', '--conditions=@pg-dblink/source'];

/** The gate, in order: what is cheap and points nearest to the mistake comes first. */
export const LAYERS: readonly Layer[] = [
  command('lint', 'npx', ['--no-install', 'biome', 'ci', '--colors=off', '.']),
  // The build checks each package once more, as its users see it: without ambient types, siblings as declarations.
  command('types', 'npx', ['--no-install', 'tsc', '-p', 'tsconfig.json']),
  script('checks', 'tools/checks/src/main.ts'),
  script('generated', 'tools/gen/src/run.ts', ['--check']),
  command('build', 'npx', ['--no-install', 'turbo', 'run', 'build', '--output-logs=errors-only']),
  tests('unit'),
  tests('property'),
  keptSeeds(),
  script('browser', 'tools/browser-tests/src/main.ts'),
  tests('server', ['build'], 400),
  tests('built', ['build']),
  script('conformance', 'tools/conformance/src/gate.ts', [], ['build']),
];

/** A command is one check: it passes when it exits with 0. */
function command(name: string, file: string, args: readonly string[]): Layer {
  return {
    name,
    run: async (root) => {
      const { exitCode } = await runCommand(root, file, args);
      return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: [] };
    },
  };
}

/** A script of ours that ends in `N passed, N failed`. */
function script(name: string, path: string, args: readonly string[] = [], needs: readonly string[] = []): Layer {
  return {
    name,
    needs,
    run: async (root) => {
      if (!existsSync(join(root, path))) return { passed: 0, failed: 1, skipped: [] };
      const { exitCode, output } = await runCommand(root, process.execPath, [...TYPESCRIPT, path, ...args]);
      return readClosingLine(output, exitCode);
    },
  };
}

/** The counts of the last closing line; a process that failed without counting a failure counts as one. */
export function readClosingLine(output: string, exitCode: number): LayerResult {
  const lines = [...output.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)];
  const last = lines.at(-1);
  if (last === undefined) return { passed: exitCode === 0 ? 1 : 0, failed: exitCode === 0 ? 0 : 1, skipped: [] };
  const failed = Number(last[2]);
  const skips = [...output.matchAll(/^skipped: (.*)$/gm)].map((match) => match[1] ?? '');
  return { passed: Number(last[1]), failed: exitCode !== 0 && failed === 0 ? 1 : failed, skipped: skips };
}

/** Every failure that fuzzing has ever found, once more. */
function keptSeeds(): Layer {
  return {
    name: 'seeds',
    run: async (root) => {
      const result = { passed: 0, failed: 0, skipped: [] };
      for (const { file, test, seed, path } of readSeeds()) {
        const args = [
          '--no-install',
          'vitest',
          'run',
          '--project',
          'property',
          file,
          '--testNamePattern',
          exactly(test),
        ];
        const env = { FUZZ_SEED: String(seed), FUZZ_PATH: path };
        const { exitCode, output } = await runCommand(root, 'npx', args, env);
        // A test that is no longer found has not been run again.
        const { passed, failed } = readClosingLine(output, exitCode);
        if (passed > 0 && failed === 0) result.passed += 1;
        else result.failed += 1;
      }
      return result;
    },
  };
}

function exactly(name: string): string {
  return `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;
}

/** A vitest project; the reporter hands its counts over in a file. Fewer proof cases than are wanted are a failure. */
function tests(project: string, needs: readonly string[] = [], minProofCases = 0): Layer {
  return {
    name: project,
    needs,
    run: async (root) => {
      const dir = mkdtempSync(join(tmpdir(), 'pg-dblink-gate-'));
      const file = join(dir, 'report.json');
      try {
        const args = ['--no-install', 'vitest', 'run', '--project', project, '--reporter=default'];
        args.push('--reporter=./tools/checks/src/closing-line-reporter.ts');
        const { exitCode } = await runCommand(root, 'npx', args, { GATE_REPORT: file });
        if (!existsSync(file)) return { passed: 0, failed: 1, skipped: [] };
        const report = JSON.parse(readFileSync(file, 'utf8')) as RunReport;
        const failed = exitCode !== 0 && report.failed === 0 ? 1 : report.failed;
        const tooFew = report.proofCases < minProofCases;
        if (tooFew) process.stdout.write(`${report.proofCases} proof cases, at least ${minProofCases} are wanted\n`);
        return {
          passed: report.passed,
          failed: failed + (tooFew ? 1 : 0),
          proofCases: report.proofCases,
          skipped: report.skipped.map(({ name, reason }) => `${name} (${reason})`),
        };
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  };
}
