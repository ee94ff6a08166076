/** One `\if`: whether its lines count now, and whether a later branch may. */
type Branch =
  /** The branch that is true. */
  | 'active'
  /** False so far: `\elif` and `\else` may be true. */
  | 'waiting'
  /** A branch has been true, or the whole `\if` stands in a branch that does not count. */
  | 'passed';

interface Condition {
  branch: Branch;
  part: 'if' | 'else';
  /** What the query buffer held before the branch: a branch that does not count adds nothing. */
  readonly buffer: string;
}

/** The `\if`s that are open, innermost last. */
export class Conditions {
  readonly #open: Condition[] = [];

  /** Whether commands and statements count here. */
  get isActive(): boolean {
    return this.#open.at(-1)?.branch !== 'waiting' && this.#open.at(-1)?.branch !== 'passed';
  }

  get isEmpty(): boolean {
    return this.#open.length === 0;
  }

  /** `\if`; `evaluate` is asked only where the answer counts. */
  begin(buffer: string, evaluate: () => boolean): void {
    const branch = this.isActive ? (evaluate() ? 'active' : 'waiting') : 'passed';
    this.#open.push({ branch, part: 'if', buffer });
  }

  /** `\elif`; an error text when there is none to continue. */
  otherwiseIf(evaluate: () => boolean): string | undefined {
    const condition = this.#open.at(-1);
    if (condition === undefined) return '\\elif: no matching \\if';
    if (condition.part === 'else') return '\\elif: cannot occur after \\else';
    if (condition.branch === 'active') condition.branch = 'passed';
    else if (condition.branch === 'waiting') condition.branch = evaluate() ? 'active' : 'waiting';
    return undefined;
  }

  /** `\else` */
  otherwise(): string | undefined {
    const condition = this.#open.at(-1);
    if (condition === undefined) return '\\else: no matching \\if';
    if (condition.part === 'else') return '\\else: cannot occur after \\else';
    condition.part = 'else';
    condition.branch = condition.branch === 'waiting' ? 'active' : 'passed';
    return undefined;
  }

  /** `\endif` */
  end(): string | undefined {
    return this.#open.pop() === undefined ? '\\endif: no matching \\if' : undefined;
  }

  /** What the query buffer is set back to at the end of a branch that did not count. */
  get buffer(): string {
    return this.#open.at(-1)?.buffer ?? '';
  }
}
