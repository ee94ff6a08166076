import type { Case } from '../cases.ts';
import type { Side } from '../side.ts';

/** Two sides that are asked the same. */
export interface Sides {
  readonly theirs: Side;
  readonly ours: Side;
}

/**
 * Runs a sequence on both sides.
 *
 * @throws Error that shows the first step at which they differ, and the sequence as the line of a case file.
 */
export async function assertAgreement({ theirs, ours }: Sides, steps: readonly string[]): Promise<void> {
  const one: Case = { id: 'sequence', area: '', file: '', steps, divergence: undefined };
  const expected = await theirs.run(one);
  const actual = await ours.run(one).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${caseLine(steps)}`, { cause: error });
  });
  const at = steps.findIndex((_, index) => expected[index] !== actual[index]);
  if (at < 0) return;
  throw new Error(
    `the sides differ at step ${at + 1}: ${steps[at]}\n  they: ${expected[at]}\n  ours: ${actual[at]}\n${caseLine(steps)}`,
  );
}

/** The sequence as it may be pasted into a file of cases/. */
export function caseLine(steps: readonly string[]): string {
  return `Z101  ${steps.map((step) => step.replaceAll('\n', '⏎')).join(' ;; ')}`;
}
