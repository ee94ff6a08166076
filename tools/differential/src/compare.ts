import type { Case } from './cases.ts';
import { stepsText } from './outcome-text.ts';
import type { Side } from './side.ts';

/** What came of one case. */
export type Verdict =
  | { readonly kind: 'equal'; readonly case: Case }
  /** It differs as its flag says. */
  | { readonly kind: 'flagged'; readonly case: Case; readonly theirs: string | undefined }
  /** It differs and no flag allows that, or it should differ and does not, or ours is not what the flag says. */
  | { readonly kind: 'wrong'; readonly case: Case; readonly problem: string };

/** How many cases came out how. */
export interface Counts {
  readonly equal: number;
  readonly flagged: number;
  readonly wrong: number;
}

/** Runs one case on both sides, one after the other, and compares what it gave. */
export async function compareCase(one: Case, theirs: Side, ours: Side): Promise<Verdict> {
  const { divergence } = one;
  const answer = async (side: Side): Promise<string> => stepsText(await side.run(one));
  try {
    const expected = divergence?.kind === 'hangs' ? undefined : await answer(theirs);
    const actual = await answer(ours);
    if (divergence === undefined)
      return actual === expected
        ? { kind: 'equal', case: one }
        : { kind: 'wrong', case: one, problem: `they: ${expected}\n  ours: ${actual}` };
    if (actual === expected)
      return { kind: 'wrong', case: one, problem: `flagged ${divergence.quirk}, but both answer: ${actual}` };
    if (actual !== divergence.ours)
      return {
        kind: 'wrong',
        case: one,
        problem: `the flag says ${divergence.ours}\n  ours: ${actual}\n  they: ${expected}`,
      };
    return { kind: 'flagged', case: one, theirs: expected };
  } catch (error) {
    return { kind: 'wrong', case: one, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Counts verdicts. */
export function count(verdicts: readonly Verdict[]): Counts {
  const of = (kind: Verdict['kind']): number => verdicts.filter((verdict) => verdict.kind === kind).length;
  return { equal: of('equal'), flagged: of('flagged'), wrong: of('wrong') };
}

/** What to read when cases are wrong: id, SQL and both answers. */
export function problemText({ case: one, problem }: Extract<Verdict, { kind: 'wrong' }>): string {
  return `${one.id} (${one.file}): ${one.steps.join(' ;; ')}\n  ${problem}`;
}
