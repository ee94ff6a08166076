/** One statement of a tour, with what the script says about it. */
export interface Step {
  /** The comment paragraphs above the statement, as written, each with its `--`. */
  readonly comments: readonly string[];
  /** The statement as written, variables and semicolon included. */
  readonly statement: string;
  /** The SQLSTATE that the statement is there to raise. */
  readonly expectedError: string | undefined;
}

const EXPECTED_ERROR = /^-- expect error ([0-9A-Z]{5})$/m;

/**
 * Reads a tour: blank lines part it into paragraphs, each of comments or of one statement, which ends in a semicolon.
 *
 * A paragraph's own first lines may be comments too; `-- expect error 42P01` among them announces an error.
 *
 * @throws Error for a paragraph with a statement that does not end in a semicolon.
 */
export function parseTour(script: string): readonly Step[] {
  const steps: Step[] = [];
  let comments: string[] = [];
  for (const paragraph of script.split(/\n(?:[ \t]*\n)+/)) {
    const { comment, statement } = splitParagraph(paragraph.trim());
    if (comment !== '') comments.push(comment);
    if (statement === '') continue;
    if (!statement.endsWith(';')) throw new Error(`a statement of the tour has no semicolon at its end: ${statement}`);
    const expectedError = comments.map((text) => EXPECTED_ERROR.exec(text)?.[1]).find((state) => state !== undefined);
    steps.push({ comments, statement, expectedError });
    comments = [];
  }
  return steps;
}

function splitParagraph(paragraph: string): { readonly comment: string; readonly statement: string } {
  const lines = paragraph.split('\n');
  const first = lines.findIndex((line) => !line.startsWith('--'));
  if (first === -1) return { comment: paragraph, statement: '' };
  return { comment: lines.slice(0, first).join('\n'), statement: lines.slice(first).join('\n') };
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

// As the server's quote_literal writes it: a backslash needs the E form, whatever standard_conforming_strings says.
function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
