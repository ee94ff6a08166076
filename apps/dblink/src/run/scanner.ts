import type { Variables } from './variables.ts';

/*
 * psql's way of cutting input into statements, line by line.
 *
 * The input is not a file of SQL but psql's own language: a backslash outside quotes begins a command, `:name` is replaced
 * by a variable before the server sees it, `\;` separates statements of one query. So the scanner knows strings (plain, E'',
 * U&''), quoted identifiers, dollar quotes, comments that nest, parentheses, and the bodies of SQL-standard functions,
 * and nothing else of SQL.
 */

/** Why the scanner stopped. */
export type Stop =
  /** A semicolon ended a statement. */
  | 'semicolon'
  /** A backslash: a command follows in the rest of the line. */
  | 'backslash'
  /** The line is used up. */
  | 'end';

/** What the scanner is within; the prompt shows it. */
export type Within =
  | 'nothing'
  | 'statement'
  | 'single quote'
  | 'double quote'
  | 'dollar quote'
  | 'comment'
  | 'parenthesis';

type State =
  | { readonly kind: 'initial' }
  | { readonly kind: 'single'; readonly escapes: boolean }
  | { readonly kind: 'double' }
  | { readonly kind: 'dollar'; readonly tag: string }
  | { readonly kind: 'comment'; readonly depth: number };

interface Input {
  readonly text: string;
  at: number;
  /** The variable whose value this is; undefined for the line itself. */
  readonly variable: string | undefined;
}

const initial: State = { kind: 'initial' };
const tokens = {
  blank: /[ \t\n\r\f\v]+|--[^\n\r]*/y,
  stringStart: /([eE]|[bBxXnN]|[uU]&)?'/y,
  identifierStart: /(?:[uU]&)?"/y,
  dollarStart: /\$(?:[A-Za-z_\u0080-\u{10ffff}][A-Za-z_0-9\u0080-\u{10ffff}]*)?\$/uy,
  word: /[A-Za-z_\u0080-\u{10ffff}][A-Za-z_0-9$\u0080-\u{10ffff}]*/uy,
  number: /\d[\d_]*/y,
  parameter: /\$\d+/y,
  cast: /::|:=/y,
  variable: /:([A-Za-z0-9_\u0080-\u{10ffff}]+)/uy,
  quotedVariable: /:(['"])([A-Za-z0-9_\u0080-\u{10ffff}]+)\1/uy,
  variableTest: /:\{\?([A-Za-z0-9_\u0080-\u{10ffff}]+)\}/uy,
} as const;
/** Words by whose order CREATE [OR REPLACE] FUNCTION or PROCEDURE is told. */
const routineWords = new Set(['create', 'or', 'replace', 'function', 'procedure']);
const routineStart = /^c(?:f|p|or[fp])/;

/** Quotes a value for `:'name'` and `:"name"`. */
export type Quote = (value: string, quote: "'" | '"') => string;

export class Scanner {
  readonly #variables: Variables;
  readonly #standardStrings: () => boolean;
  /** The line, and the values of variables that are being scanned in its stead; the last is read. */
  #inputs: Input[] = [];
  #state: State = initial;
  #parentheses = 0;
  #begins = 0;
  #words = 0;
  #firstLetters = '';
  /** The statement so far. */
  buffer = '';

  constructor(variables: Variables, standardStrings: () => boolean) {
    this.#variables = variables;
    this.#standardStrings = standardStrings;
  }

  /** Begins a line; the one before must be used up. */
  take(line: string): void {
    this.#inputs = [{ text: line, at: 0, variable: undefined }];
  }

  /** Forgets what has been read of the statement, and of the line. */
  reset(): void {
    this.#inputs = [];
    this.resetStatement();
  }

  /** Forgets what has been read of the statement; the line goes on. */
  resetStatement(): void {
    this.buffer = '';
    this.#state = initial;
    this.#parentheses = 0;
    this.#begins = 0;
    this.#words = 0;
    this.#firstLetters = '';
  }

  get isInQuote(): boolean {
    return this.#state.kind !== 'initial';
  }

  get within(): Within {
    switch (this.#state.kind) {
      case 'single':
        return 'single quote';
      case 'double':
        return 'double quote';
      case 'dollar':
        return 'dollar quote';
      case 'comment':
        return 'comment';
      case 'initial':
        break;
    }
    if (this.#parentheses > 0) return 'parenthesis';
    return this.#begins > 0 || this.buffer !== '' ? 'statement' : 'nothing';
  }

  /** The rest of the line, for a command; {@link resume} says how much of it the command took. */
  get rest(): string {
    const line = this.#inputs[0];
    return line === undefined ? '' : line.text.slice(line.at);
  }

  /** Goes on behind the first `count` characters of the rest. */
  resume(count: number): void {
    const line = this.#inputs[0];
    if (line !== undefined) line.at += count;
  }

  /** Scans on, gathering the statement in `buffer`, until something is to be done. */
  scan(): Stop {
    for (let input = this.#inputs.at(-1); input !== undefined; input = this.#inputs.at(-1)) {
      if (input.at >= input.text.length) {
        if (this.#inputs.length === 1) return 'end';
        this.#inputs.pop();
        continue;
      }
      const stop = this.#state.kind === 'initial' ? this.#scanInitial(input) : this.#scanQuoted(input);
      if (stop !== undefined) return stop;
    }
    return 'end';
  }

  #scanQuoted(input: Input): undefined {
    const state = this.#state;
    switch (state.kind) {
      case 'single':
        this.#upTo(input, state.escapes ? /'|\\.?/gs : /'/g, "'");
        return;
      case 'double':
        this.#upTo(input, /"/g, '"');
        return;
      case 'dollar': {
        const end = input.text.indexOf(state.tag, input.at);
        if (end < 0) this.#echo(input, input.text.length);
        else {
          this.#echo(input, end + state.tag.length);
          this.#state = initial;
        }
        return;
      }
      case 'comment':
        this.#scanComment(input, state.depth);
        return;
      case 'initial':
        return;
    }
  }

  /** Takes the text of a quoted token; `stops` finds its end and what may hide one. */
  #upTo(input: Input, stops: RegExp, end: string): void {
    stops.lastIndex = input.at;
    const found = stops.exec(input.text);
    if (found === null) {
      this.#echo(input, input.text.length);
      return;
    }
    this.#echo(input, stops.lastIndex);
    if (found[0] === end) this.#state = initial;
  }

  #scanComment(input: Input, depth: number): void {
    const marks = /\/\*|\*\//g;
    marks.lastIndex = input.at;
    const found = marks.exec(input.text);
    this.#echo(input, found === null ? input.text.length : marks.lastIndex);
    if (found === null) return;
    if (found[0] === '/*') this.#state = { kind: 'comment', depth: depth + 1 };
    else this.#state = depth === 1 ? initial : { kind: 'comment', depth: depth - 1 };
  }

  #scanInitial(input: Input): Stop | undefined {
    const blank = match(tokens.blank, input);
    if (blank !== null) {
      // Blanks and line comments in front of a statement are not part of it.
      if (this.buffer === '') input.at += blank[0].length;
      else this.#echo(input, input.at + blank[0].length);
      return undefined;
    }
    const character = input.text[input.at];
    if (character === ':') return this.#scanColon(input);
    if (character === '\\') return this.#scanBackslash(input);
    if (character === '/' && input.text[input.at + 1] === '*') {
      this.#echo(input, input.at + 2);
      this.#state = { kind: 'comment', depth: 1 };
      return undefined;
    }
    const string = match(tokens.stringStart, input);
    if (string !== null) {
      const prefix = (string[1] ?? '').toLowerCase();
      this.#echo(input, input.at + string[0].length);
      this.#state = { kind: 'single', escapes: prefix === 'e' || (prefix === '' && !this.#standardStrings()) };
      return undefined;
    }
    const identifier = match(tokens.identifierStart, input);
    if (identifier !== null) {
      this.#echo(input, input.at + identifier[0].length);
      this.#state = { kind: 'double' };
      return undefined;
    }
    const dollar = match(tokens.dollarStart, input);
    if (dollar !== null) {
      this.#echo(input, input.at + dollar[0].length);
      this.#state = { kind: 'dollar', tag: dollar[0] };
      return undefined;
    }
    const word = match(tokens.word, input);
    if (word !== null) {
      this.#noteWord(word[0].toLowerCase());
      this.#echo(input, input.at + word[0].length);
      return undefined;
    }
    const number = match(tokens.number, input) ?? match(tokens.parameter, input);
    this.#echo(input, input.at + (number?.[0].length ?? 1));
    return this.#punctuation(character);
  }

  #punctuation(character: string | undefined): Stop | undefined {
    if (character === '(') this.#parentheses += 1;
    else if (character === ')') this.#parentheses = Math.max(0, this.#parentheses - 1);
    else if (character === ';' && this.#parentheses === 0 && this.#begins === 0) {
      this.#words = 0;
      this.#firstLetters = '';
      return 'semicolon';
    }
    return undefined;
  }

  /** Semicolons inside BEGIN … END of a function's body do not end its CREATE. */
  #noteWord(word: string): void {
    if (this.#words < 4) this.#firstLetters += routineWords.has(word) ? word[0] : ' ';
    this.#words += 1;
    if (this.#parentheses > 0 || !routineStart.test(this.#firstLetters)) return;
    if (word === 'begin' || (word === 'case' && this.#begins > 0)) this.#begins += 1;
    else if (word === 'end') this.#begins = Math.max(0, this.#begins - 1);
  }

  #scanBackslash(input: Input): Stop | undefined {
    const next = input.text[input.at + 1];
    if (next === ';' || next === ':') {
      input.at += 1;
      this.#echo(input, input.at + 1);
      return undefined;
    }
    // A command is read from the line: what is left of a variable's value is dropped.
    this.#inputs.splice(1);
    const line = this.#inputs[0];
    if (line !== undefined && line === input) line.at += 1;
    return 'backslash';
  }

  #scanColon(input: Input): undefined {
    const cast = match(tokens.cast, input);
    if (cast !== null) {
      this.#echo(input, input.at + cast[0].length);
      return;
    }
    const test = match(tokens.variableTest, input);
    if (test !== null) {
      this.buffer += this.#variables.get(test[1] ?? '') === undefined ? 'FALSE' : 'TRUE';
      input.at += test[0].length;
      return;
    }
    const quoted = match(tokens.quotedVariable, input);
    if (quoted !== null) {
      const value = this.#variables.get(quoted[2] ?? '');
      this.buffer += value === undefined ? quoted[0] : quoteVariable(value, quoted[1] === "'" ? "'" : '"');
      input.at += quoted[0].length;
      return;
    }
    const plain = match(tokens.variable, input);
    const name = plain?.[1];
    const value = name === undefined ? undefined : this.#variables.get(name);
    if (plain === null || value === undefined || this.#inputs.some((outer) => outer.variable === name)) {
      this.#echo(input, input.at + (plain?.[0].length ?? 1));
      return;
    }
    input.at += plain[0].length;
    this.#inputs.push({ text: value, at: 0, variable: name });
  }

  #echo(input: Input, end: number): void {
    this.buffer += input.text.slice(input.at, end);
    input.at = end;
  }
}

function match(pattern: RegExp, input: Input): RegExpExecArray | null {
  pattern.lastIndex = input.at;
  return pattern.exec(input.text);
}

/** A variable's value as a literal or an identifier, as libpq escapes it. */
export function quoteVariable(value: string, quote: "'" | '"'): string {
  if (quote === '"') return `"${value.replaceAll('"', '""')}"`;
  const doubled = value.replaceAll("'", "''");
  return value.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`;
}
