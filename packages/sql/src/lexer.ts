// SQL tokens, cut where the server's scanner (scan.l) cuts them.
//
// The lexer exists to answer "is this one plain statement?" before the statement is sent, so it has to find the ends of
// quotes and comments exactly and the rest roughly. Where majors from 15 on or settings would cut differently, it says
// `broken` instead of guessing.

/** What kind of token: `word` is an unquoted identifier or keyword, `symbol` one character of an operator or the like. */
export type SqlTokenKind = 'word' | 'identifier' | 'string' | 'number' | 'parameter' | 'symbol' | 'broken';

/** One token of an SQL text: `text.slice(at, end)`. Nothing follows a `broken` one. */
export interface SqlToken {
  readonly kind: SqlTokenKind;
  readonly at: number;
  readonly end: number;
}

/** The server's setting `standard_conforming_strings`; `unknown` refuses texts that the two settings cut differently. */
export type ConformingStrings = 'on' | 'off' | 'unknown';

const NUMBER =
  /^(?:(?:[0-9]+(?:_[0-9]+)*(?:\.(?:[0-9]+(?:_[0-9]+)*)?)?|\.[0-9]+(?:_[0-9]+)*)(?:e[+-]?[0-9]+(?:_[0-9]+)*)?|0x[0-9a-f]+|0o[0-7]+|0b[01]+)$/i;

/**
 * The tokens of an SQL text without blanks and comments.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 * @example
 * [...readTokens("select 'a;b' -- done", 'on')].map(({ kind }) => kind); // ['word', 'string']
 */
export function* readTokens(sql: string, conforming: ConformingStrings): Generator<SqlToken, void, undefined> {
  let at = 0;
  for (;;) {
    const start = skipBlanks(sql, at);
    if (start === undefined) {
      yield { kind: 'broken', at, end: sql.length };
      return;
    }
    if (start >= sql.length) return;
    const { end, kind } = readToken(sql, start, conforming);
    yield { kind, at: start, end };
    if (kind === 'broken') return;
    at = end;
  }
}

type TokenEnd = Pick<SqlToken, 'kind' | 'end'>;

function readToken(sql: string, at: number, conforming: ConformingStrings): TokenEnd {
  const first = sql.charAt(at);
  if (first === "'") return readPlainString(sql, at, conforming);
  if (first === '"') return closed(sql, 'identifier', endOfQuote(sql, at, '"'));
  if (first === '$') return readDollar(sql, at);
  if (isDigit(sql, at) || (first === '.' && isDigit(sql, at + 1))) return readNumber(sql, at);
  // Before 16 a vertical tab is no blank; a zero byte cannot be sent.
  if (first === '\v' || first === '\0') return broken(sql);
  if (!isWordStart(sql, at)) return { kind: 'symbol', end: at + 1 };
  return readPrefixed(sql, at, conforming) ?? { kind: 'word', end: wordEnd(sql, at) };
}

/** Strings and identifiers that begin with a letter: E'', B'', X'', U&'' and U&"". */
function readPrefixed(sql: string, at: number, conforming: ConformingStrings): TokenEnd | undefined {
  const letter = sql.charAt(at).toLowerCase();
  const next = sql.charAt(at + 1);
  if (next === "'") {
    if (letter === 'e') return closed(sql, 'string', endOfString(sql, at + 1, true));
    if (letter === 'b' || letter === 'x') return closed(sql, 'string', endOfString(sql, at + 1, false));
  }
  if (letter === 'u' && next === '&') {
    const quote = sql.charAt(at + 2);
    if (quote === '"') return closed(sql, 'identifier', endOfQuote(sql, at + 2, '"'));
    // With the setting off the server refuses these.
    if (quote === "'")
      return conforming === 'on' ? closed(sql, 'string', endOfString(sql, at + 2, false)) : broken(sql);
  }
  return undefined;
}

function readPlainString(sql: string, at: number, conforming: ConformingStrings): TokenEnd {
  const end = endOfString(sql, at, conforming === 'off');
  if (end === undefined) return broken(sql);
  const isSafe = conforming !== 'unknown' || !sql.slice(at, end).includes('\\');
  return isSafe ? { kind: 'string', end } : broken(sql);
}

function readDollar(sql: string, at: number): TokenEnd {
  let end = at + 1;
  if (isDigit(sql, end)) {
    while (isDigit(sql, end)) end += 1;
    return { kind: 'parameter', end };
  }
  if (isWordStart(sql, end)) while (isWordStart(sql, end) || isDigit(sql, end)) end += 1;
  if (sql[end] !== '$') return { kind: 'symbol', end: at + 1 };
  const delimiter = sql.slice(at, end + 1);
  const close = sql.indexOf(delimiter, end + 1);
  return closed(sql, 'string', close < 0 ? undefined : close + delimiter.length);
}

/** Letters and dollars that touch a number are cut differently by different majors. */
function readNumber(sql: string, at: number): TokenEnd {
  let end = at + 1;
  while (isWordStart(sql, end) || isDigit(sql, end) || isSignOfExponent(sql, end) || '.$'.includes(sql[end] ?? ' ')) {
    end += 1;
  }
  return NUMBER.test(sql.slice(at, end)) ? { kind: 'number', end } : broken(sql);
}

function isSignOfExponent(sql: string, at: number): boolean {
  return '+-'.includes(sql[at] ?? ' ') && 'eE'.includes(sql.charAt(at - 1)) && isDigit(sql, at + 1);
}

function isDigit(sql: string, at: number): boolean {
  const code = sql.charCodeAt(at);
  return code >= 0x30 && code <= 0x39;
}

/** ASCII letters, the underscore and everything outside ASCII. */
function isWordStart(sql: string, at: number): boolean {
  const code = sql.charCodeAt(at);
  return code >= 0x80 || code === 0x5f || (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

function wordEnd(sql: string, from: number): number {
  let at = from + 1;
  while (isWordStart(sql, at) || isDigit(sql, at) || sql[at] === '$') at += 1;
  return at;
}

function closed(sql: string, kind: 'string' | 'identifier', end: number | undefined): TokenEnd {
  return end === undefined ? broken(sql) : { kind, end };
}

function broken(sql: string): TokenEnd {
  return { kind: 'broken', end: sql.length };
}

/** Where a string ends whose quote opens at `at`, with the pieces that continue it after a line break. */
function endOfString(sql: string, at: number, backslashEscapes: boolean): number | undefined {
  let quoteAt = at;
  for (;;) {
    const end = backslashEscapes ? endOfEscaped(sql, quoteAt) : endOfQuote(sql, quoteAt, "'");
    if (end === undefined) return undefined;
    const continued = continuationAt(sql, end);
    if (continued === undefined) return end;
    quoteAt = continued;
  }
}

/** The end of a quoted text in which only the doubled quote stands for itself. */
function endOfQuote(sql: string, at: number, quote: string): number | undefined {
  let close = sql.indexOf(quote, at + 1);
  while (close >= 0 && sql[close + 1] === quote) close = sql.indexOf(quote, close + 2);
  return close < 0 ? undefined : close + 1;
}

function endOfEscaped(sql: string, from: number): number | undefined {
  for (let at = from + 1; at < sql.length; at += 1) {
    if (sql[at] === '\\') at += 1;
    else if (sql[at] === "'") {
      if (sql[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return undefined;
}

/** Where the next piece of a string begins: after blanks and line comments with at least one line break. */
function continuationAt(sql: string, from: number): number | undefined {
  let at = from;
  let lines = 0;
  for (;;) {
    const character = sql.charAt(at);
    if (character === "'") return lines > 0 ? at : undefined;
    if (sql.startsWith('--', at)) {
      at = lineEnd(sql, at);
    } else if (character === '\n' || character === '\r') {
      lines += 1;
      at += 1;
    } else if (character === ' ' || character === '\t' || character === '\f') {
      at += 1;
    } else {
      return undefined;
    }
  }
}

/** Where the next token begins, or `undefined` in a comment without an end. */
function skipBlanks(sql: string, from: number): number | undefined {
  let at = from;
  for (;;) {
    while (at < sql.length && ' \t\n\r\f'.includes(sql.charAt(at))) at += 1;
    if (sql.startsWith('--', at)) {
      at = lineEnd(sql, at);
    } else if (sql.startsWith('/*', at)) {
      const end = commentEnd(sql, at);
      if (end === undefined) return undefined;
      at = end;
    } else {
      return at;
    }
  }
}

function lineEnd(sql: string, from: number): number {
  let at = from;
  while (at < sql.length && sql[at] !== '\n' && sql[at] !== '\r') at += 1;
  return at;
}

/** The end of a comment that may have comments in it. */
function commentEnd(sql: string, from: number): number | undefined {
  let depth = 1;
  let at = from + 2;
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      depth += 1;
      at += 2;
    } else if (sql.startsWith('*/', at)) {
      depth -= 1;
      at += 2;
      if (depth === 0) return at;
    } else {
      at += 1;
    }
  }
  return undefined;
}
