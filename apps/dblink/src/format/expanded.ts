import { displayLines, widest } from './display.ts';
import { LINE_STYLES, type RuleCharacters } from './rules.ts';
import { type Emit, footersOf, type PrintSettings, type Table } from './settings.ts';

/** What all records of one table share. */
interface Layout {
  readonly border: 0 | 1 | 2;
  readonly nameWidth: number;
  readonly valueWidth: number;
  readonly hasTallNames: boolean;
  readonly hasTallValues: boolean;
}

/** Prints a table with a line for each value, as psql does under `\x`. */
export function printExpanded(table: Table, settings: PrintSettings, emit: Emit): void {
  if (table.rows.length === 0 || table.columns.length === 0) {
    if (!settings.tuplesOnly) for (const footer of footersOf(table, settings)) emit(`${footer}\n`);
    emit('\n');
    return;
  }
  const { border } = settings;
  const style = LINE_STYLES[settings.linestyle];
  const names = table.columns.map((column) => displayLines(column.name));
  const rows = table.rows.map((row) => row.map((value) => displayLines(value ?? settings.null)));
  const layout: Layout = {
    border,
    nameWidth: names.reduce((most, lines) => Math.max(most, widest(lines)), 0),
    valueWidth: rows.reduce((most, row) => row.reduce((width, lines) => Math.max(width, widest(lines)), most), 0),
    hasTallNames: names.some((lines) => lines.length > 1),
    hasTallValues: rows.some((row) => row.some((lines) => lines.length > 1)),
  };
  if (!settings.tuplesOnly && table.title !== undefined) emit(`${table.title}\n`);
  rows.forEach((row, index) => {
    const rule = index === 0 ? style.top : style.inner;
    if (!settings.tuplesOnly) emit(recordLine(index + 1, layout, rule));
    else if (index > 0 || border === 2) emit(recordLine(undefined, layout, rule));
    row.forEach((value, column) => {
      const name = names[column] ?? [];
      const height = Math.max(name.length, value.length);
      for (let line = 0; line < height; line += 1) {
        const left = nameCell(name[line], line + 1 < name.length, layout, style.continued);
        const middle = border === 0 ? '' : style.data.middle;
        const right = valueCell(value[line], line + 1 < value.length, layout, style.continued);
        emit(
          border === 2
            ? `${style.data.left}${left}${middle}${right}${style.data.right}\n`
            : `${left}${middle}${right}\n`,
        );
      }
    });
  });
  if (border === 2) emit(recordLine(undefined, layout, style.bottom));
  if (!settings.tuplesOnly && table.footers !== undefined && table.footers.length > 0) {
    if (border < 2) emit('\n');
    for (const footer of table.footers) emit(`${footer}\n`);
  }
  emit('\n');
}

interface Line {
  readonly text: string;
  readonly width: number;
}

function nameCell(line: Line | undefined, goesOn: boolean, layout: Layout, continued: string): string {
  const { border, nameWidth, hasTallNames } = layout;
  const hasMark = border > 0 || hasTallNames;
  if (line === undefined) {
    // As wide as a name would be; psql prints one blank at the least.
    return ' '.repeat(Math.max(1, nameWidth + border + (border === 0 && hasTallNames ? 1 : 0)));
  }
  const padded = line.text + ' '.repeat(nameWidth - line.width);
  return (border === 2 ? ' ' : '') + padded + (hasMark ? (goesOn ? continued : ' ') : '');
}

function valueCell(line: Line | undefined, goesOn: boolean, layout: Layout, continued: string): string {
  const { border, valueWidth, hasTallValues } = layout;
  if (line === undefined) return border === 2 ? ' '.repeat(valueWidth + 2) : '';
  const padding = ' '.repeat(valueWidth - line.width);
  if (goesOn && (border === 2 || hasTallValues)) return ` ${line.text}${padding}${continued}`;
  return border === 2 ? ` ${line.text}${padding} ` : ` ${line.text}`;
}

/** The line above a record, with its number, and the last line of a table with borders all round. */
function recordLine(record: number | undefined, layout: Layout, rule: RuleCharacters): string {
  const { border, nameWidth, valueWidth } = layout;
  const fill = border === 0 ? ' ' : rule.horizontal;
  const label = record === undefined ? '' : border === 0 ? `* Record ${record}` : `[ RECORD ${record} ]`;
  const middle = border === 0 ? ' ' : rule.horizontal + rule.middle + rule.horizontal;
  // The label is written over the rule; without a right border it takes one column more.
  const whole = fill.repeat(nameWidth) + middle;
  const covered = label.length + (border === 2 ? 0 : 1);
  const tail = whole.slice(covered) + fill.repeat(Math.max(0, valueWidth - Math.max(0, covered - whole.length)));
  if (border === 2) return `${rule.left}${rule.horizontal}${label}${tail}${rule.horizontal}${rule.right}\n`;
  return border === 1 ? `${rule.horizontal}${label}${tail}\n` : `${label}${tail}\n`;
}
