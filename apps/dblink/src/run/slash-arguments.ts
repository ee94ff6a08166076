import { execFileSync } from 'node:child_process';
import { quoteVariable } from './scanner.ts';
import type { Variables } from './variables.ts';

/** An argument of a backslash command, and where it came from. */
export interface SlashArgument {
  readonly value: string;
  /** Whether any of it stood in single quotes: a `|` there begins no pipe. */
  readonly quoted: boolean;
}

const blank = /[ \t\r\n\f\v]/;
const variable = /:([A-Za-z0-9_\u0080-\u{10ffff}]+)/uy;
const quotedVariable = /:(['"])([A-Za-z0-9_\u0080-\u{10ffff}]+)\1/uy;
const variableTest = /:\{\?([A-Za-z0-9_\u0080-\u{10ffff}]+)\}/uy;
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b', r: '\r', f: '\f' };

/** Reads the arguments of one backslash command from the rest of its line. */
export class SlashArguments {
  readonly #text: string;
  readonly #variables: Variables;
  #at = 0;

  constructor(text: string, variables: Variables) {
    this.#text = text;
    this.#variables = variables;
  }

  /** How much of the text has been read. */
  get at(): number {
    return this.#at;
  }

  /** The name of the command, which ends at a blank or a backslash. */
  name(): string {
    const start = this.#at;
    while (this.#at < this.#text.length && !this.#endsWord()) this.#at += 1;
    return this.#text.slice(start, this.#at);
  }

  /** The next argument; undefined when there is none. */
  next(): SlashArgument | undefined {
    this.#skipBlanks();
    if (this.#at >= this.#text.length || this.#text[this.#at] === '\\') return undefined;
    let value = '';
    let quoted = false;
    while (this.#at < this.#text.length && !this.#endsWord()) {
      const character = this.#text[this.#at];
      if (character === "'") {
        value += this.#singleQuoted();
        quoted = true;
      } else if (character === '"') value += this.#delimited('"');
      else if (character === '`') value += runShell(this.#delimited('`').slice(1, -1));
      else if (character === ':') value += this.#variable();
      else {
        value += character;
        this.#at += 1;
      }
    }
    return { value, quoted };
  }

  /** All arguments that are left. */
  all(): string[] {
    const values: string[] = [];
    for (let argument = this.next(); argument !== undefined; argument = this.next()) values.push(argument.value);
    return values;
  }

  /** The rest of the line as it stands; undefined when it is empty. */
  wholeLine(): string | undefined {
    this.#skipBlanks();
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return rest === '' ? undefined : rest;
  }

  /** A file name, or a shell command when the argument begins with `|`. */
  fileOrPipe(): SlashArgument | undefined {
    this.#skipBlanks();
    if (this.#text[this.#at] !== '|') return this.next();
    const value = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return { value, quoted: false };
  }

  /** Steps over `\\`, which ends a command in the middle of a line. */
  finish(): void {
    this.#skipBlanks();
    if (this.#text.startsWith('\\\\', this.#at)) this.#at += 2;
  }

  #skipBlanks(): void {
    while (blank.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #endsWord(): boolean {
    const character = this.#text[this.#at] ?? '';
    return character === '\\' || blank.test(character);
  }

  /** Text up to and with the closing mark, the marks included; an open end is the line's. */
  #delimited(mark: string): string {
    const end = this.#text.indexOf(mark, this.#at + 1);
    const text = end < 0 ? this.#text.slice(this.#at) + mark : this.#text.slice(this.#at, end + 1);
    this.#at = end < 0 ? this.#text.length : end + 1;
    return text;
  }

  #singleQuoted(): string {
    let value = '';
    this.#at += 1;
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] ?? '';
      this.#at += 1;
      if (character === "'") {
        if (this.#text[this.#at] !== "'") return value;
        this.#at += 1;
        value += "'";
      } else if (character === '\\') value += this.#escape();
      else value += character;
    }
    return value;
  }

  #escape(): string {
    const code = /[0-7]{1,3}|x[0-9A-Fa-f]{1,2}/y;
    code.lastIndex = this.#at;
    const found = code.exec(this.#text);
    if (found !== null) {
      this.#at += found[0].length;
      const digits = found[0];
      return String.fromCharCode(
        digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 8),
      );
    }
    const character = this.#text[this.#at] ?? '';
    this.#at += 1;
    return escapes[character] ?? character;
  }

  #variable(): string {
    const test = this.#match(variableTest);
    if (test !== null) return this.#variables.get(test[1] ?? '') === undefined ? 'FALSE' : 'TRUE';
    const quoted = this.#match(quotedVariable);
    if (quoted !== null) {
      const value = this.#variables.get(quoted[2] ?? '');
      return value === undefined ? quoted[0] : quoteVariable(value, quoted[1] === "'" ? "'" : '"').trimStart();
    }
    const plain = this.#match(variable);
    if (plain !== null) return this.#variables.get(plain[1] ?? '') ?? plain[0];
    this.#at += 1;
    return ':';
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }
}

/** What a shell command prints, without the newline at its end. */
function runShell(command: string): string {
  return execFileSync('/bin/sh', ['-c', command], { encoding: 'utf8', stdio: ['inherit', 'pipe', 'inherit'] }).replace(
    /\n$/,
    '',
  );
}
