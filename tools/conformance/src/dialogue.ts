// The pgtest text form: a dialogue is a sequence of blocks
//
//   directive option option=value …
//   input lines
//   ----
//   expected lines
//
// separated by blank lines; a line that begins with # between blocks is a comment. An expected part that itself has
// blank lines is set between `----` / `----` pairs of two lines each.

/** One `key` or `key=(value, value)` behind a directive. */
export interface DirectiveOption {
  readonly key: string;
  readonly values: readonly string[];
}

/** A directive with its input and what is expected of it. */
export interface Block {
  readonly directive: string;
  readonly options: readonly DirectiveOption[];
  readonly input: readonly string[];
  readonly expected: readonly string[];
  /** 1-based line of the directive, and 0-based lines between which the expected part stands. */
  readonly line: number;
  readonly expectedFrom: number;
  readonly expectedTo: number;
}

/** A dialogue could not be read. */
export class DialogueSyntaxError extends Error {
  override readonly name = 'DialogueSyntaxError';
  readonly line: number;
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}

const SEPARATOR = '----';

/** Reads a dialogue's text into its blocks. Throws DialogueSyntaxError. */
export function parseDialogue(text: string): readonly Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const head = lines[at] ?? '';
    if (head.trim() === '' || head.startsWith('#')) {
      at += 1;
      continue;
    }
    const line = at + 1;
    const { directive, options } = parseDirective(head, line);
    at += 1;
    const input: string[] = [];
    while (at < lines.length && lines[at] !== SEPARATOR && lines[at]?.trim() !== '') input.push(lines[at++] ?? '');
    if (lines[at] !== SEPARATOR) {
      // A directive that stands alone, such as `only`, has neither separator nor expectation.
      blocks.push({ directive, options, input, expected: [], line, expectedFrom: at, expectedTo: at });
      continue;
    }
    at += 1;
    const expectedFrom = at;
    if (lines[at] === SEPARATOR) {
      const end = endOfFenced(lines, at + 1, line);
      blocks.push({
        directive,
        options,
        input,
        expected: lines.slice(at + 1, end),
        line,
        expectedFrom,
        expectedTo: end + 2,
      });
      at = end + 2;
      continue;
    }
    while (at < lines.length && lines[at] !== '') at += 1;
    blocks.push({
      directive,
      options,
      input,
      expected: lines.slice(expectedFrom, at),
      line,
      expectedFrom,
      expectedTo: at,
    });
  }
  return blocks;
}

/** The dialogue's text with other expected parts, one a block; comments and input stay to the letter. */
export function rewriteDialogue(
  text: string,
  blocks: readonly Block[],
  actual: readonly (readonly string[])[],
): string {
  const lines = text.split('\n');
  for (let index = blocks.length - 1; index >= 0; index -= 1) {
    const block = blocks[index];
    const found = actual[index];
    if (block === undefined || found === undefined || block.expectedFrom === block.line) continue;
    const fenced = found.includes('') ? [SEPARATOR, ...found, SEPARATOR, SEPARATOR] : found;
    lines.splice(block.expectedFrom, block.expectedTo - block.expectedFrom, ...fenced);
  }
  return lines.join('\n');
}

function endOfFenced(lines: readonly string[], from: number, line: number): number {
  for (let at = from; at + 1 < lines.length; at += 1) {
    if (lines[at] === SEPARATOR && lines[at + 1] === SEPARATOR) return at;
  }
  throw new DialogueSyntaxError(line, 'the expected part has no end');
}

function parseDirective(head: string, line: number): Pick<Block, 'directive' | 'options'> {
  const words = head.match(/[^\s=]+(?:=(?:\([^)]*\)|\S+))?/g) ?? [];
  const [directive, ...rest] = words;
  if (directive === undefined || directive.includes('=')) throw new DialogueSyntaxError(line, 'a directive is missing');
  const options = rest.map((word): DirectiveOption => {
    const equals = word.indexOf('=');
    // `postgres>=18` is a word of its own, not a key with a value.
    if (equals < 0 || word[equals - 1] === '>' || word[equals - 1] === '<') return { key: word, values: [] };
    const value = word.slice(equals + 1);
    const list = value.startsWith('(') ? value.slice(1, -1).split(',') : [value];
    return { key: word.slice(0, equals), values: list.map((item) => item.trim()).filter((item) => item !== '') };
  });
  return { directive, options };
}
