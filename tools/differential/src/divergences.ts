import type { Case } from './cases.ts';

/** A case together with the flag that it carries. */
type Flagged = Case & { readonly divergence: NonNullable<Case['divergence']> };

/**
 * The page docs/divergences.md: every reason for which cases may differ, once, with the cases that show it. Their SQL
 * and our answers stay where they are, in the case files.
 *
 * @example await writeFile('docs/divergences.md', renderDivergences(readCases()))
 */
export function renderDivergences(cases: readonly Case[]): string {
  const flagged = cases.filter((one): one is Flagged => one.divergence !== undefined);
  const reasons = groups(flagged, ({ divergence }) => `${divergence.quirk} ${divergence.why}`);
  const rows = reasons.sort(byQuirk).map(row);
  return `${head}${rows.join('\n')}\n`;
}

const head = `# Where we differ from the C extension on purpose

<!-- Generated from the flags in tools/differential/cases by \`npm run gen\`. -->

Every case in [tools/differential/cases](../tools/differential/cases) runs through PostgreSQL 18 with its C extension and
through ours. Those that may differ carry a flag, and here is each reason with its cases; the SQL and our answer stand in
the case's line. The differential tests fail when a flagged case does not differ, or differs in another way, and when any
other case differs at all. Q numbers are quirks of the C extension, D numbers are our own; where a case is in _italics_
the C extension never answers.

|     | What is different | Cases |
| --- | ----------------- | ----- |
`;

function row(flagged: readonly Flagged[]): string {
  const [first] = flagged;
  if (first === undefined) return '';
  const { quirk, why } = first.divergence;
  const files = groups(flagged, ({ file }) => file);
  const cases = files.map((those) => `${those[0]?.file}: ${those.map(idText).join(' ')}`);
  return `| ${quirk} | ${sentence(why)} | ${cases.join('; ')} |`;
}

/** With a capital, unless it begins with the name of an option. */
function sentence(why: string): string {
  return /^\w*_/.test(why) ? why : `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}`;
}

/** The cases that have the same key, in the order in which the keys occur first. */
function groups(flagged: readonly Flagged[], key: (one: Flagged) => string): (readonly Flagged[])[] {
  return [...new Set(flagged.map(key))].map((each) => flagged.filter((one) => key(one) === each));
}

function idText({ id, divergence }: Flagged): string {
  return divergence.kind === 'hangs' ? `_${id}_` : id;
}

/** The quirks of the C extension (Q) first, then what is ours alone (D). */
function byQuirk([a]: readonly Flagged[], [b]: readonly Flagged[]): number {
  const [left = '', right = ''] = [a?.divergence.quirk, b?.divergence.quirk];
  return right.slice(0, 1).localeCompare(left.slice(0, 1)) || Number(left.slice(1)) - Number(right.slice(1));
}
