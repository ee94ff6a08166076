/** One file that is made from a source: its path from the root of the repository, and what it must contain. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** A generator reads its own source and says what the files made from it must contain. */
export type Generator = () => readonly GeneratedFile[];

/** The rows of a tab-separated source, without its comment lines. */
export function readRows(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
}

/** A string literal as the formatter writes it. */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
