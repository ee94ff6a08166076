import type { TestContext } from 'vitest';

/** How many cases of hostile servers and broken streams a test is: the reporter adds them up and prints the sum. */
export function countCases({ annotate }: Pick<TestContext, 'annotate'>, count: number): Promise<unknown> {
  return annotate(String(count), 'proof-cases');
}
