import { files } from 'virtual:test-files';
import { type CancelReason, type File, type Suite, startTests, type Task, type VitestRunner } from '@vitest/runner';
import type { PageResult } from '../result.ts';

/** Loads a test file by running the function that the bundle made of its module. */
class PageRunner {
  readonly config = {
    root: '/',
    setupFiles: [],
    name: 'browser',
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { shuffle: false, concurrent: false, seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    retry: 0,
    includeTaskLocation: false,
    diffOptions: undefined,
    tags: [],
    strictTags: false,
  };

  async importFile(path: string): Promise<unknown> {
    return await files[path]?.();
  }

  onCancel(_reason: CancelReason): void {
    // Nothing runs beside the tests.
  }
}

/** The tests of a suite, with the names of the suites around each. */
function testsOf(suite: Suite | File, path: string): readonly { readonly name: string; readonly task: Task }[] {
  return suite.tasks.flatMap((task) => {
    const name = `${path} > ${task.name}`;
    return task.type === 'suite' ? testsOf(task, name) : [{ name, task }];
  });
}

async function run(): Promise<PageResult> {
  const runner = new PageRunner() as unknown as VitestRunner;
  const started = await startTests(Object.keys(files), runner);
  const tests = started.flatMap((file) => testsOf(file, file.filepath));
  const failures = tests.flatMap(({ name, task }) =>
    task.result?.state === 'fail' ? [`${name}\n${task.result.errors?.[0]?.stack ?? ''}`] : [],
  );
  // A file that could not be loaded has no tests that could fail.
  const broken = started.flatMap((file) =>
    file.result?.state === 'fail' && file.result.errors !== undefined && file.result.errors.length > 0
      ? [`${file.filepath}\n${file.result.errors[0]?.stack ?? ''}`]
      : [],
  );
  const count = (state: string): number => tests.filter(({ task }) => task.result?.state === state).length;
  return {
    browser: navigator.userAgent,
    files: started.length,
    passed: count('pass'),
    skipped: tests.filter(({ task }) => task.mode === 'skip' || task.mode === 'todo').length,
    failures: [...failures, ...broken],
  };
}

const result = await run().catch(
  (error: unknown): PageResult => ({
    browser: navigator.userAgent,
    files: 0,
    passed: 0,
    skipped: 0,
    failures: [String(error)],
  }),
);
await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
