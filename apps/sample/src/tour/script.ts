import { quoteLiteral } from '@pg-dblink/sql';

/** One statement of a tour, with what the script says about it. */
export interface Step {
  /** The comment paragraphs before the statement's own paragraph, as written, each with its `--`. */
  readonly comments: readonly string[];
  /** The statement's paragraph as written: comments on top of it, variables and semicolon included. */
  readonly statement: string;
  /** The SQLSTATE that the statement is there to raise. */
  readonly expectedError: string | undefined;
}

const EXPECTED_ERROR = /^-- expect error ([0-9A-Z]{5})$/m;

/**
 * Reads a tour: blank lines part it into paragraphs, each of comments or of one statement, which ends in a semicolon.
 *
 * A line `-- expect error 42P01` in a statement's paragraph announces that it fails.
 *
 * @throws Error for a paragraph with a statement that does not end in a semicolon.
 */
export function parseTour(script: string): readonly Step[] {
  const steps: Step[] = [];
  let comments: string[] = [];
  for (const paragraph of script.trim().split(/\n(?:[ \t]*\n)+/)) {
    if (paragraph.split('\n').every((line) => line.startsWith('--'))) {
      comments.push(paragraph);
      continue;
    }
    if (!paragraph.endsWith(';')) throw new Error(`a statement of the tour has no semicolon at its end: ${paragraph}`);
    steps.push({ comments, statement: paragraph, expectedError: EXPECTED_ERROR.exec(paragraph)?.[1] });
    comments = [];
  }
  return steps;
}

/**
 * Puts values in the place of psql's `:'name'`, each as a quoted literal.
 *
 * @throws Error for a name that has no value.
 */
export function interpolate(statement: string, variables: Readonly<Record<string, string>>): string {
  return statement.replace(/:'([a-z_]+)'/g, (_, name: string) => {
    const value = variables[name];
    if (value === undefined) throw new Error(`the tour uses :'${name}', which has no value`);
    return quoteLiteral(value);
  });
}
