import { DblinkError } from './errors.ts';
import { type OptionContext, SCRAM_PASSTHROUGH, validOptions } from './foreign-options.ts';

/** Farthest distance at which the server still suggests a name. */
const NEAREST = 4;

/**
 * dblink_fdw_validator: refuses option names that the catalog may not hold; values are not looked at.
 *
 * @param options elements of `name=value`, as the server hands them over
 * @throws DblinkError HV00J, with the closest valid name as a hint when there is one
 *
 * @example
 * ```ts
 * validateOptions(['hots=h'], 'foreign server'); // throws invalid option "hots"
 * ```
 */
export function validateOptions(options: readonly (string | null)[], context: OptionContext): void {
  const valid = validOptions(context);
  for (const option of options) {
    if (option === null) continue;
    const [name = ''] = option.split('=', 1);
    if (name === SCRAM_PASSTHROUGH || valid.includes(name)) continue;
    throw new DblinkError({ sqlState: 'HV00J', message: `invalid option "${name}"`, hint: hintFor(name, valid) });
  }
}

function hintFor(name: string, valid: readonly string[]): string | undefined {
  if (valid.length === 0) return 'There are no valid options in this context.';
  let closest: { readonly name: string; readonly distance: number } | undefined;
  const farthest = Math.min(NEAREST, Math.floor(name.length / 2));
  for (const candidate of valid) {
    const distance = editDistance(name, candidate);
    if (distance <= farthest && (closest === undefined || distance < closest.distance))
      closest = { name: candidate, distance };
  }
  return closest === undefined ? undefined : `Perhaps you meant the option "${closest.name}".`;
}

/** Levenshtein distance, every step costing one. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
