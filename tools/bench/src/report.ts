import type { Pairs } from './measure.ts';
import type { Workshop } from './side/workshop.ts';

/** One comparison of a row: ours against one peer. */
export interface Comparison {
  readonly label: string;
  readonly peer: string;
  readonly pairs: Pairs;
  /** The ratio ours / theirs that the row aims at; undefined where there is no goal. */
  readonly goal?: number;
  /** Work done per run, such as `1,000,000 rows`. */
  readonly work: string;
}

/** What a row of the bench came to. */
export interface Report {
  readonly comparisons: readonly Comparison[];
  /** Facts beside the ratios: memory, counts, what could not be measured and why. */
  readonly notes: readonly string[];
}

/** What a row is run with. */
export interface Plan {
  /** Pairs of each comparison. */
  readonly pairs: number;
  /** Processor time instead of time by the clock in every row of the client: what a busy machine still tells. */
  readonly processorTime: boolean;
  /** The programs that sides run as. */
  readonly workshop: Workshop;
}

/** A row of the bench. */
export interface Row {
  readonly name: string;
  readonly title: string;
  run(plan: Plan): Promise<Report>;
}

/** A verdict needs the quartiles of at least nine pairs on one side of the goal. */
export function verdictOf({
  pairs,
  goal,
}: Pick<Comparison, 'pairs' | 'goal'>): 'met' | 'missed' | 'undecided' | 'no goal' {
  if (goal === undefined) return 'no goal';
  if (pairs.pairs < 9) return 'undecided';
  if (pairs.ratio.q3 <= goal) return 'met';
  if (pairs.ratio.q1 > goal) return 'missed';
  return 'undecided';
}

/** The report of a row as a Markdown section. */
export function formatReport(row: Row, report: Report): string {
  const lines = [`### ${row.title} (\`${row.name}\`)`, ''];
  if (report.comparisons.length > 0) {
    lines.push('| ours | peer | work | ours ms | peer ms | ratio (quartiles) | goal | verdict |');
    lines.push('|---|---|---|--:|--:|---|--:|---|');
    for (const comparison of report.comparisons) {
      const { oursMs, theirsMs, ratio, pairs } = comparison.pairs;
      const spread = `**${ratio.median.toFixed(3)}** (${ratio.q1.toFixed(3)} … ${ratio.q3.toFixed(3)}, ${pairs} pairs)`;
      const goal = comparison.goal === undefined ? '' : `≤ ${comparison.goal}`;
      lines.push(
        `| ${comparison.label} | ${comparison.peer} | ${comparison.work} | ${oursMs.median.toFixed(1)} | ${theirsMs.median.toFixed(1)} | ${spread} | ${goal} | ${verdictOf(comparison)} |`,
      );
    }
    lines.push('');
  }
  for (const note of report.notes) lines.push(`- ${note}`);
  if (report.notes.length > 0) lines.push('');
  return lines.join('\n');
}
