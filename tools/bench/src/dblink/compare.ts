import { measureRounds, type Pairs, pairsOf, type Rounds } from '../measure.ts';
import type { Comparison, Plan, Report } from '../report.ts';
import { type Side, type Sides, startSides } from './sides.ts';

/** Runs a body with both sides, the remote set up by statements. */
export async function withSides(setUp: readonly string[], body: (sides: Sides) => Promise<Report>): Promise<Report> {
  const sides = await startSides(setUp);
  try {
    return await body(sides);
  } finally {
    await sides[Symbol.asyncDispose]();
  }
}

/** A statement for both sides, or one made anew for each run, and what undoes it, which is not timed. */
export interface Timed {
  readonly sql: string | (() => string);
  readonly undo?: string;
}

/** Times a statement on one side. */
export function timedOn(side: Side, { sql, undo }: Timed): () => Promise<number> {
  return async () => {
    globalThis.gc?.();
    const text = typeof sql === 'string' ? sql : sql();
    const started = performance.now();
    await side.run(text);
    const ms = performance.now() - started;
    if (undo !== undefined) await side.run(undo);
    return ms;
  };
}

/** Times a statement on both sides, in turn. */
export async function compare(
  plan: Plan,
  sides: Sides,
  timed: Timed,
  work: string,
  goal: number | undefined,
): Promise<Comparison> {
  const rounds = await measureRounds(
    [
      { name: 'ours', run: timedOn(sides.ours, timed) },
      { name: 'contrib', run: timedOn(sides.contrib, timed) },
    ],
    plan.pairs,
  );
  return against(sides, pairsOf(rounds, 'ours', 'contrib'), work, goal);
}

/** A comparison of pairs with the C extension. */
export function against(sides: Sides, pairs: Pairs, work: string, goal: number | undefined): Comparison {
  const names = { label: sides.ours.name, peer: sides.contrib.name };
  return { ...names, work, pairs, ...(goal === undefined ? {} : { goal }) };
}

/** Pairs of what one side takes more than another and a third: `(ours - less) / theirs`, round by round. */
export function pairsOfDifference(rounds: Rounds, ours: string, less: string, theirs: string): Pairs {
  const subtracted = rounds.get(less) ?? [];
  const more = (rounds.get(ours) ?? []).map((ms, round) => ms - (subtracted[round] ?? Number.NaN));
  return pairsOf(new Map([...rounds, ['difference', more]]), 'difference', theirs);
}
