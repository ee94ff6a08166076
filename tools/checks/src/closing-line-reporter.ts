import { writeFileSync } from 'node:fs';
import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason } from 'vitest/node';

/** What one vitest run came to, as the gate reads it. */
export interface RunReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  /** Cases of hostile servers and broken streams that the passed tests say they went through. */
  readonly proofCases: number;
}

/** Prints `N passed, N failed` as the last line; under the gate it hands the counts over in a file instead. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    _reason: TestRunEndReason,
  ): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    let proofCases = 0;
    const skipped: { name: string; reason: string }[] = [];
    for (const module of modules) {
      // A file that cannot be collected has no tests to fail, yet it is a failure.
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') {
          passed += 1;
          proofCases += casesOf(test);
        } else if (result.state === 'failed') failed += 1;
        else skipped.push({ name: `${module.relativeModuleId}: ${test.fullName}`, reason: skipReason(result) });
      }
    }
    const report: RunReport = { passed, failed, skipped, proofCases };
    if (proofCases > 0) process.stdout.write(`${proofCases} cases of hostile servers and broken streams\n`);
    const file = process.env['GATE_REPORT'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(report));
    else
      process.stdout.write(
        `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}\n`,
      );
  }
}

/** What a test annotates with the type `proof-cases`. */
function casesOf(test: TestCase): number {
  const counts = test.annotations().filter(({ type }) => type === 'proof-cases');
  return counts.reduce((sum, { message }) => sum + Number(message), 0);
}

function skipReason(result: { readonly state: string; readonly note?: string | undefined }): string {
  return result.note ?? 'the reason is in the name';
}
