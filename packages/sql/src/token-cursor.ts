import { SqlBuildError } from './errors.ts';
import { KEYWORDS, type KeywordCategory } from './keywords.generated.ts';
import { readTokens, type SqlToken } from './lexer.ts';

/** The longest identifier that the server keeps, in bytes. */
const MAX_IDENTIFIER_BYTES = 63;

/** A place among the tokens of an SQL text; errors are the server's parser's. */
export class TokenCursor {
  readonly #sql: string;
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  constructor(sql: string) {
    this.#sql = sql;
    this.#tokens = [...readTokens(sql, 'on')];
  }

  /** The unquoted word that comes next, in lower case. */
  peekWord(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'word' ? asciiLower(this.#textOf(token)) : undefined;
  }

  /** The unquoted word after the next token. */
  peekSecondWord(): string | undefined {
    const token = this.#tokens[this.#at + 1];
    return token?.kind === 'word' ? asciiLower(this.#textOf(token)) : undefined;
  }

  peekSymbol(): string | undefined {
    const token = this.#tokens[this.#at];
    return token?.kind === 'symbol' ? this.#textOf(token) : undefined;
  }

  skip(): void {
    this.#at += 1;
  }

  takeWord(word: string): boolean {
    if (this.peekWord() !== word) return false;
    this.skip();
    return true;
  }

  takeSymbol(symbol: string): boolean {
    if (this.peekSymbol() !== symbol) return false;
    this.skip();
    return true;
  }

  takeInteger(): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'number' || !/^[0-9]+$/.test(this.#textOf(token))) return false;
    this.skip();
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.syntaxError();
  }

  expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.syntaxError();
  }

  /** An identifier: quoted, or a word whose keyword category (none for most words) is admitted. */
  expectName(admits: (category: KeywordCategory | undefined) => boolean): string {
    const token = this.#tokens[this.#at];
    const word = this.peekWord();
    if (word !== undefined && admits(KEYWORDS.get(word))) {
      this.skip();
      return truncate(word);
    }
    if (token?.kind !== 'identifier') throw this.syntaxError();
    const text = this.#textOf(token);
    if (!text.startsWith('"')) {
      throw new SqlBuildError('0A000', 'identifiers with Unicode escapes are not supported here');
    }
    if (text === '""') throw new SqlBuildError('42601', 'zero-length delimited identifier at or near """"');
    this.skip();
    return truncate(text.slice(1, -1).replaceAll('""', '"'));
  }

  /** One type modifier as text: a number with or without a sign, a word or a string. */
  expectModifier(): string {
    const sign = this.takeSymbol('-') ? '-' : '';
    const token = this.#tokens[this.#at];
    const isSigned = sign !== '';
    if (
      token === undefined ||
      !(token.kind === 'number' || (!isSigned && (token.kind === 'word' || token.kind === 'string')))
    ) {
      throw this.syntaxError();
    }
    this.skip();
    return sign + this.#textOf(token);
  }

  expectEnd(): void {
    if (this.#at < this.#tokens.length) throw this.syntaxError();
  }

  syntaxError(): SqlBuildError {
    const token = this.#tokens[this.#at];
    const where = token === undefined ? 'at end of input' : `at or near "${this.#textOf(token)}"`;
    return new SqlBuildError('42601', `syntax error ${where}`);
  }

  #textOf({ at, end }: SqlToken): string {
    return this.#sql.slice(at, end);
  }
}

/** Keywords and unquoted identifiers are folded without regard to locale or Unicode. */
export function asciiLower(word: string): string {
  return word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Cuts an identifier as the server does: at the last whole character within 63 bytes of UTF-8. */
function truncate(identifier: string): string {
  let byteLength = 0;
  let end = 0;
  for (const character of identifier) {
    const code = character.codePointAt(0) ?? 0;
    byteLength += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (byteLength > MAX_IDENTIFIER_BYTES) break;
    end += character.length;
  }
  return identifier.slice(0, end);
}
