import type { Case } from './cases.ts';

/** A case together with the flag that it carries. */
type Flagged = Case & { readonly divergence: NonNullable<Case['divergence']> };

/**
 * The page docs/divergences.md: every flag of the case files, by quirk, with the SQL that shows it and our answer.
 *
 * @example await writeFile('docs/divergences.md', renderDivergences(readCases()))
 */
export function renderDivergences(cases: readonly Case[]): string {
  const flagged = cases.filter((one): one is Flagged => one.divergence !== undefined);
  const quirks = [...new Set(flagged.map(({ divergence }) => divergence.quirk))].sort(byNumber);
  const sections = quirks.map((quirk) => {
    const those = flagged.filter(({ divergence }) => divergence.quirk === quirk);
    const reasons = [...new Set(those.map(({ divergence }) => divergence.why))];
    return `## ${quirk}\n\n${reasons.map((why) => section(why, those)).join('\n')}`;
  });
  return `${head}\n${sections.join('\n')}`;
}

const head = [
  '# Where we differ from the C extension on purpose',
  '',
  '<!-- Generated from the flags in tools/differential/cases by `npm run gen`. -->',
  '',
  'Every case in tools/differential/cases runs through PostgreSQL 18 with its C extension and through ours. Those that',
  'may differ stand here with their reason; the differential tests fail when one of them does not differ, or differs in',
  'another way, or when any other case differs at all. Q numbers are quirks of the C extension, D numbers are our own.',
  '',
].join('\n');

function section(why: string, flagged: readonly Flagged[]): string {
  const lines = flagged
    .filter(({ divergence }) => divergence.why === why)
    .map(({ id, steps, divergence }) => {
      const never = divergence.kind === 'hangs' ? ' (the C extension never answers)' : '';
      return `- **${id}**${never}\n  \`\`\`sql\n${indent(`${steps.join(';\n')};`)}\n  \`\`\`\n  ours: ${code(divergence.ours)}\n`;
    });
  return `${why[0]?.toUpperCase() ?? ''}${why.slice(1)}.\n\n${lines.join('')}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}

function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The quirks of the C extension (Q) first, then what is ours alone (D). */
function byNumber(a: string, b: string): number {
  return b.slice(0, 1).localeCompare(a.slice(0, 1)) || Number(a.slice(1)) - Number(b.slice(1));
}
