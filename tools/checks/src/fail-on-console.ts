import { afterEach, beforeEach } from 'vitest';

const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;
const originals = new Map<(typeof METHODS)[number], (...values: readonly unknown[]) => void>();
let calls: string[] = [];

// A library that prints is a library that failed to report: a console call fails the test it happened in.
beforeEach(() => {
  calls = [];
  for (const method of METHODS) {
    originals.set(method, console[method]);
    console[method] = (...values: readonly unknown[]) => {
      calls.push(`console.${method}(${values.map(String).join(', ')})`);
    };
  }
});

afterEach(() => {
  for (const [method, original] of originals) console[method] = original as typeof console.log;
  if (calls.length > 0) throw new Error(`unexpected console output:\n${calls.join('\n')}`);
});
