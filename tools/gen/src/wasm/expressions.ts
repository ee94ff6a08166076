/** A piece of the WebAssembly text format: a word, a string, or what stands in parentheses. */
export type Expression = string | readonly Expression[];

/** Blanks, comments to the end of the line, parentheses, strings and words. */
const TOKEN = /\s+|;;[^\n]*|[()]|"[^"]*"|[^\s()";]+/y;

/** Reads the expressions of a text. */
export function readExpressions(text: string): readonly Expression[] {
  const open: Expression[][] = [[]];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [token = ''] = TOKEN.exec(text) ?? [];
    if (token === '') throw new Error(`nothing can be made of ${JSON.stringify(text.slice(at, at + 20))}`);
    if (token === '(') open.push([]);
    else if (token === ')') close(open);
    else if (!/^(\s|;;)/.test(token)) open.at(-1)?.push(token);
  }
  const [all = []] = open;
  if (open.length !== 1) throw new Error('a parenthesis is not closed');
  return all;
}

function close(open: Expression[][]): void {
  const inner = open.pop();
  const outer = open.at(-1);
  if (inner === undefined || outer === undefined) throw new Error('a parenthesis is closed that was not opened');
  outer.push(inner);
}

/** The expression's first word and what follows it. */
export function headOf(expression: Expression): readonly [head: string, rest: readonly Expression[]] {
  const [head, ...rest] = typeof expression === 'string' ? [expression] : expression;
  if (typeof head !== 'string') throw new Error('an expression begins with a word');
  return [head, rest];
}
