import { type DisplayLine, displayLines, widest } from './display.ts';
import { horizontalRule, LINE_STYLES, type LineStyle } from './rules.ts';
import { type Emit, footersOf, isRightAligned, type PrintSettings, type Table } from './settings.ts';

/** The layout that all lines of one table share. */
interface Layout {
  readonly border: 0 | 1 | 2;
  readonly style: LineStyle;
  readonly widths: readonly number[];
  readonly rightAligned: readonly boolean[];
}

const noLine: DisplayLine = { text: '', width: 0 };

/** Prints a table in columns, as psql's `aligned` format does. */
export function printAligned(table: Table, settings: PrintSettings, emit: Emit): void {
  const headers = table.columns.map((column) => displayLines(column.name));
  const rows = table.rows.map((row) => row.map((value) => displayLines(value ?? settings.null)));
  const layout: Layout = {
    border: settings.border,
    style: LINE_STYLES[settings.linestyle],
    widths: columnWidths(headers, rows),
    rightAligned: table.columns.map(isRightAligned),
  };
  const { border, style, widths } = layout;
  if (!settings.tuplesOnly) {
    if (table.title !== undefined) emit(titleLine(table.title, layout));
    if (border === 2) emit(horizontalRule(widths, border, style.top));
    emitHeader(headers, layout, emit);
    emit(horizontalRule(widths, border, style.inner));
  }
  // A result without columns has rows, but no lines for them.
  if (widths.length > 0) for (const row of rows) emitRow(row, layout, emit);
  if (border === 2) emit(horizontalRule(widths, border, style.bottom));
  if (!settings.tuplesOnly) for (const footer of footersOf(table, settings)) emit(`${footer}\n`);
  emit('\n');
}

/** The width that a table takes on the screen. */
export function alignedWidth(table: Table, settings: PrintSettings): number {
  const headers = table.columns.map((column) => displayLines(column.name));
  const rows = table.rows.map((row) => row.map((value) => displayLines(value ?? settings.null)));
  return totalWidth(columnWidths(headers, rows), settings.border);
}

function columnWidths(
  headers: readonly (readonly DisplayLine[])[],
  rows: readonly (readonly DisplayLine[])[][],
): number[] {
  const widths = headers.map(widest);
  for (const row of rows) {
    for (let index = 0; index < widths.length; index += 1) {
      const width = widest(row[index] ?? []);
      if (width > (widths[index] ?? 0)) widths[index] = width;
    }
  }
  return widths;
}

function totalWidth(widths: readonly number[], border: 0 | 1 | 2): number {
  const count = widths.length;
  const between = [count, count * 3 - (count > 0 ? 1 : 0), count * 3 + 1][border] ?? 0;
  return widths.reduce((sum, width) => sum + width, between);
}

function titleLine(title: string, layout: Layout): string {
  const width = widest(displayLines(title));
  const total = totalWidth(layout.widths, layout.border);
  return width >= total ? `${title}\n` : `${' '.repeat((total - width) >> 1)}${title}\n`;
}

function emitHeader(headers: readonly (readonly DisplayLine[])[], layout: Layout, emit: Emit): void {
  const { border, style, widths } = layout;
  const height = headers.reduce((most, lines) => Math.max(most, lines.length), 0);
  for (let index = 0; index < height; index += 1) {
    const cells = headers.map((lines, column) => {
      const width = widths[column] ?? 0;
      const line = lines[index];
      const padding = width - (line?.width ?? width);
      const text = line === undefined ? ' '.repeat(width) : line.text;
      const mark = index + 1 < lines.length ? style.continued : ' ';
      const left = border === 0 ? '' : ' ';
      return left + ' '.repeat(padding >> 1) + text + ' '.repeat((padding + 1) >> 1) + mark;
    });
    const line = cells.join(border === 0 ? '' : style.data.middle);
    emit(border === 2 ? `${style.data.left}${line}${style.data.right}\n` : `${line}\n`);
  }
}

function emitRow(row: readonly (readonly DisplayLine[])[], layout: Layout, emit: Emit): void {
  const { border, style } = layout;
  let height = 0;
  for (const lines of row) if (lines.length > height) height = lines.length;
  for (let index = 0; index < height; index += 1) {
    let text = border === 2 ? style.data.left : '';
    for (let column = 0; column < row.length; column += 1) {
      text += cell(row[column] ?? [], index, column, column === row.length - 1, layout);
    }
    emit(border === 2 ? `${text}${style.data.right}\n` : `${text}\n`);
  }
}

/** Line `index` of one cell, with what stands on its left and right up to the next cell. */
function cell(lines: readonly DisplayLine[], index: number, column: number, isLast: boolean, layout: Layout): string {
  const { border, style, widths, rightAligned } = layout;
  const line = lines[index];
  const goesOn = index + 1 < lines.length;
  const padding = ' '.repeat((widths[column] ?? 0) - (line ?? noLine).width);
  // Nothing is padded that stands last, unless something follows it on the line.
  const padsRight = border === 2 || !isLast || goesOn;
  const left = border === 0 ? '' : ' ';
  const text =
    line === undefined
      ? border === 2 || !isLast
        ? padding
        : ''
      : rightAligned[column]
        ? padding + line.text
        : line.text + (padsRight ? padding : '');
  const mark = goesOn ? style.continued : border === 2 || !isLast ? ' ' : '';
  return left + text + mark + (border !== 0 && !isLast ? style.data.middle : '');
}
