import ts from 'typescript';

/** Where names come from: the first of these that has one gives it. A name `xFor` gives `x`, made for the example. */
export interface NameSource {
  readonly specifier: string;
  readonly names: ReadonlyMap<string, 'value' | 'type'>;
}

/**
 * Makes a module of an example: names that it does not declare are imported, and each `expression; // value` is handed to
 * `given`, which compares the two. The example becomes the body of an async function, so that it may return and await.
 *
 * @param subject - the export that the example is of
 * @param support - the module that exports `given`, `givenError` and the type `Same`
 */
export function exampleModule(code: string, subject: string, sources: readonly NameSource[], support: string): string {
  const file = ts.createSourceFile('example.ts', code, ts.ScriptTarget.ES2022, true);
  const own: string[] = [];
  const body: string[] = [];
  for (const statement of file.statements) {
    (ts.isImportDeclaration(statement) ? own : body).push(withValue(code, statement));
  }
  const { imports, made } = importsOf(file, subject, sources);
  return [
    `import { given, givenError, type Same } from '${support}';`,
    ...imports,
    ...own,
    'export async function example(): Promise<unknown> {',
    ...made,
    ...body,
    'return undefined;',
    '}',
    '',
  ].join('\n');
}

/** What stands behind a statement on its last line, as a comment. */
function commentBehind(code: string, statement: ts.Statement): string | undefined {
  const [first] = ts.getTrailingCommentRanges(code, statement.end) ?? [];
  return first === undefined ? undefined : code.slice(first.pos + 2, first.end).trim();
}

/** The text of a statement, with what is said of values in it made into comparisons. */
function withValue(code: string, statement: ts.Statement): string {
  if (ts.isTypeAliasDeclaration(statement)) {
    // A type is long: what it is may stand on the next line.
    const comment = commentBehind(code, statement) ?? /^\n\/\/ (.*)/.exec(code.slice(statement.end))?.[1];
    if (comment === undefined) return statement.getText();
    return `${statement.getText()}\nconst same: Same<${statement.name.text}, ${comment}> = true;\nvoid same;`;
  }
  const start = statement.getStart();
  return compared(code, statement).reduceRight(
    (text, { from, to, by }) => text.slice(0, from - start) + by + text.slice(to - start),
    statement.getText(),
  );
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** The expressions of a statement behind which a value stands, wherever one can be awaited. */
function compared(code: string, statement: ts.Node): readonly Replacement[] {
  if (ts.isExpressionStatement(statement)) {
    const comment = commentBehind(code, statement);
    if (comment !== undefined) {
      const value = loggedBy(statement.expression) ?? statement.expression;
      const by = comment.startsWith('throws')
        ? `await givenError(${JSON.stringify(comment)}, async () => (${value.getText()}));`
        : `given(${JSON.stringify(comment)}, await (${value.getText()}));`;
      return [{ from: statement.getStart(), to: statement.end, by }];
    }
  }
  if (ts.isFunctionLike(statement) && !isAsync(statement)) return [];
  const found: Replacement[] = [];
  ts.forEachChild(statement, (child) => {
    found.push(...compared(code, child));
  });
  return found;
}

function isAsync(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? ts.getModifiers(node) : undefined;
  return modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false;
}

/** The one argument of `console.log(…)`. */
function loggedBy(expression: ts.Expression): ts.Expression | undefined {
  if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'console.log') return undefined;
  return expression.arguments.length === 1 ? expression.arguments[0] : undefined;
}

function importsOf(
  file: ts.SourceFile,
  subject: string,
  sources: readonly NameSource[],
): { readonly imports: readonly string[]; readonly made: readonly string[] } {
  const { used, declared } = namesIn(file);
  const imports: string[] = [];
  const made: string[] = [];
  for (const name of [...used].sort()) {
    if (declared.has(name)) continue;
    for (const { specifier, names } of sources) {
      const kind = names.get(name);
      if (kind === undefined && !names.has(`${name}For`)) continue;
      const imported = kind === undefined ? `${name}For` : kind === 'type' ? `type ${name}` : name;
      imports.push(`import { ${imported} } from '${specifier}';`);
      if (kind === undefined) made.push(`const ${name} = ${name}For(${JSON.stringify(subject)});`);
      break;
    }
  }
  return { imports, made };
}

function namesIn(file: ts.SourceFile): { readonly used: ReadonlySet<string>; readonly declared: ReadonlySet<string> } {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) (isDeclaredHere(node) ? declared : isMember(node) ? undefined : used)?.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return { used, declared };
}

function isDeclaredHere(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    ((ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isTypeAliasDeclaration(parent) ||
      ts.isFunctionDeclaration(parent)) &&
      parent.name === node) ||
    ts.isImportSpecifier(parent)
  );
}

/** A name behind a dot, or of a property: it is found in its object. */
function isMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    (ts.isMethodDeclaration(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node)
  );
}
