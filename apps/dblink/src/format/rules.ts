/** The characters of one horizontal rule, or of the vertical ones between cells. */
export interface RuleCharacters {
  readonly horizontal: string;
  readonly left: string;
  readonly middle: string;
  readonly right: string;
}

/** What a table is drawn with. */
export interface LineStyle {
  readonly top: RuleCharacters;
  readonly inner: RuleCharacters;
  readonly bottom: RuleCharacters;
  readonly data: RuleCharacters;
  /** Behind a line that goes on below, in a header and in a value. */
  readonly continued: string;
}

const asciiRule: RuleCharacters = { horizontal: '-', left: '+', middle: '+', right: '+' };

/** psql's `\pset linestyle`. */
export const LINE_STYLES: Readonly<Record<'ascii' | 'unicode', LineStyle>> = {
  ascii: {
    top: asciiRule,
    inner: asciiRule,
    bottom: asciiRule,
    data: { horizontal: '', left: '|', middle: '|', right: '|' },
    continued: '+',
  },
  unicode: {
    top: { horizontal: '─', left: '┌', middle: '┬', right: '┐' },
    inner: { horizontal: '─', left: '├', middle: '┼', right: '┤' },
    bottom: { horizontal: '─', left: '└', middle: '┴', right: '┘' },
    data: { horizontal: '', left: '│', middle: '│', right: '│' },
    continued: '↵',
  },
};

/** A rule across a table whose columns have these widths. */
export function horizontalRule(widths: readonly number[], border: 0 | 1 | 2, rule: RuleCharacters): string {
  const cells = widths.map((width) => rule.horizontal.repeat(width));
  if (border === 0) return `${cells.join(' ')}\n`;
  const across = cells.join(rule.horizontal + rule.middle + rule.horizontal);
  const padded = rule.horizontal + across + rule.horizontal;
  return border === 1 ? `${padded}\n` : `${rule.left}${padded}${rule.right}\n`;
}
