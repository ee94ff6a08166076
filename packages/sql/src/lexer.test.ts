import { describe, expect, test } from 'vitest';
import { type ConformingStrings, readTokens } from './lexer.ts';

/** Tokens as `kind:text`, blanks and comments gone. */
function cut(sql: string, conforming: ConformingStrings = 'on'): readonly string[] {
  return [...readTokens(sql, conforming)].map(({ at, end, kind }) => `${kind}:${sql.slice(at, end)}`);
}

describe('readTokens', () => {
  test.each<[sql: string, tokens: readonly string[]]>([
    ['', []],
    [' \t\r\n\f', []],
    ['select 1', ['word:select', 'number:1']],
    ["'a''b'", ["string:'a''b'"]],
    ["'a\\'", ["string:'a\\'"]],
    ["E'a\\';'", ["string:E'a\\';'"]],
    ["e'a\\\\'", ["string:e'a\\\\'"]],
    ["E'a''b\\''", ["string:E'a''b\\''"]],
    ["b'01' x'ff' n'a'", ["string:b'01'", "string:x'ff'", 'word:n', "string:'a'"]],
    ["B'\\'", ["string:B'\\'"]],
    ["U&'d\\0061'", ["string:U&'d\\0061'"]],
    ['u&"d\\0061""x"', ['identifier:u&"d\\0061""x"']],
    ['"a;""b"', ['identifier:"a;""b"']],
    ['$$a;b$$', ['string:$$a;b$$']],
    ['$é1$ $$ $é1$', ['string:$é1$ $$ $é1$']],
    ['$a$ $b$ $a$', ['string:$a$ $b$ $a$']],
    ['a$b$c$', ['word:a$b$c$']],
    ['$1 $23', ['parameter:$1', 'parameter:$23']],
    ['$ $a', ['symbol:$', 'symbol:$', 'word:a']],
    ['a--b\nc', ['word:a', 'word:c']],
    ['a--b\rc', ['word:a', 'word:c']],
    ['a /* x /* ; */ y */ b', ['word:a', 'word:b']],
    ['a/**/b', ['word:a', 'word:b']],
    ['1+--x\n2', ['number:1', 'symbol:+', 'number:2']],
    ['1*/*x*/2', ['number:1', 'symbol:*', 'number:2']],
    ["'a'\n'b'", ["string:'a'\n'b'"]],
    ["'a' --x\n  'b'", ["string:'a' --x\n  'b'"]],
    ["E'a'\n'b\\''", ["string:E'a'\n'b\\''"]],
    ["'a' 'b'", ["string:'a'", "string:'b'"]],
    ["'a' --x\n;", ["string:'a'", 'symbol:;']],
    [
      '1.5e-3 .5 1. 0x1F 1_000 1e5',
      ['number:1.5e-3', 'number:.5', 'number:1.', 'number:0x1F', 'number:1_000', 'number:1e5'],
    ],
    ['a.b.c', ['word:a', 'symbol:.', 'word:b', 'symbol:.', 'word:c']],
    ['a::int', ['word:a', 'symbol::', 'symbol::', 'word:int']],
    ['é😀_1', ['word:é😀_1']],
    ['a\u00a0b', ['word:a\u00a0b']],
  ])('%j', (sql, tokens) => expect(cut(sql)).toEqual(tokens));

  test.each(["'a", "E'a\\'", '"a', '$$a$', '$a$ $A$', '/* /* */', "U&'a", '1e', '1a', '1$1', '1..2', '\v', 'a\0'])(
    'is broken: %j',
    (sql) => expect(cut(sql).at(-1)).toMatch(/^broken:/),
  );

  test('a backslash in a plain string depends on standard_conforming_strings', () => {
    const sql = "'a\\' ; '";
    expect(cut(sql, 'on')).toEqual(["string:'a\\'", 'symbol:;', "broken:'"]);
    expect(cut(sql, 'off')).toEqual([`string:${sql}`]);
    expect(cut(sql, 'unknown')).toEqual([`broken:${sql}`]);
    expect(cut("'a'", 'unknown')).toEqual(["string:'a'"]);
    expect(cut("B'\\' ;", 'off')).toEqual(["string:B'\\'", 'symbol:;']);
    expect(cut("U&'a'", 'off')).toEqual(["broken:U&'a'"]);
  });

  test('long comments and quotes are read once', () => {
    const dashes = '--a'.repeat(100_000);
    expect(cut(`'x' ${dashes}\n;`)).toEqual(["string:'x'", 'symbol:;']);
    expect(cut('/*'.repeat(100_000)).length).toBe(1);
  });
});
