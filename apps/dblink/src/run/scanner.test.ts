import { describe, expect, test } from 'vitest';
import { quoteVariable, Scanner } from './scanner.ts';
import { Variables } from './variables.ts';

/** What psql would send for some lines, and what is left in the buffer. */
function statements(lines: readonly string[], set: Readonly<Record<string, string>> = {}, standard = true) {
  const variables = new Variables();
  for (const [name, value] of Object.entries(set)) variables.set(name, value);
  const scanner = new Scanner(variables, () => standard);
  const sent: string[] = [];
  for (const line of lines) {
    if (scanner.buffer !== '') scanner.buffer += '\n';
    scanner.take(line);
    for (let stop = scanner.scan(); stop !== 'end'; stop = scanner.scan()) {
      if (stop === 'semicolon') {
        sent.push(scanner.buffer);
        scanner.resetStatement();
      } else {
        sent.push(`\\${scanner.rest}`);
        scanner.resume(scanner.rest.length);
      }
    }
  }
  return { sent, rest: scanner.buffer, within: scanner.within };
}

describe('statements end at semicolons of their own', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['two on a line', ['select 1; select 2;'], ['select 1;', 'select 2;']],
    ['over lines', ['select', '1', ';'], ['select\n1\n;']],
    ['in a string', ["select ';';"], ["select ';';"]],
    ['in a string with a doubled quote', ["select 'a'';';"], ["select 'a'';';"]],
    ['in an escape string', ["select E'\\';';"], ["select E'\\';';"]],
    ['a backslash in a plain string', ["select '\\';"], ["select '\\';"]],
    ['in an identifier', ['select 1 as ";";'], ['select 1 as ";";']],
    ['in a Unicode identifier', ['select 1 as U&";";'], ['select 1 as U&";";']],
    ['in a dollar quote', ['select $$;$$;'], ['select $$;$$;']],
    ['in a tagged dollar quote', ['select $a$;$$;$a$;'], ['select $a$;$$;$a$;']],
    ['a dollar inside a word quotes nothing', ['select a$b$c; select 2;'], ['select a$b$c;', 'select 2;']],
    ['in a comment', ['select /* ; */ 1;'], ['select /* ; */ 1;']],
    ['in a nested comment', ['select /* /* ; */ ; */ 1;'], ['select /* /* ; */ ; */ 1;']],
    ['in a line comment', ['select 1 -- ;', ';'], ['select 1 -- ;\n;']],
    [
      'in parentheses',
      ['create rule r as on insert to t do (select 1; select 2);'],
      ['create rule r as on insert to t do (select 1; select 2);'],
    ],
    [
      'in a body',
      ['create function f() returns int begin atomic select 1; select case when true then 1 end; end;'],
      ['create function f() returns int begin atomic select 1; select case when true then 1 end; end;'],
    ],
    [
      'in the body of a replaced procedure',
      ['create or replace procedure p() begin atomic select 1; end; select 2;'],
      ['create or replace procedure p() begin atomic select 1; end;', 'select 2;'],
    ],
    ['begin as a command', ['begin; select 1;'], ['begin;', 'select 1;']],
    ['an escaped semicolon', ['select 1\\; select 2;'], ['select 1; select 2;']],
    ['blanks and comments in front', ['  -- first', '  select 1;'], ['select 1;']],
    ['a cast', ['select 1::text;'], ['select 1::text;']],
    ['a numbered parameter', ['select $1;'], ['select $1;']],
    ['nothing but a semicolon', [';'], [';']],
  ])('%s', (_name, lines, sent) => {
    expect(statements(lines)).toStrictEqual({ sent, rest: '', within: 'nothing' });
  });

  test('with standard_conforming_strings off, a backslash hides a quote', () => {
    expect(statements(["select '\\';';"], {}, false).sent).toStrictEqual(["select '\\';';"]);
  });
});

test.each<[string, string]>([
  ['select', 'statement'],
  ["select 'a", 'single quote'],
  ['select "a', 'double quote'],
  ['select $x$', 'dollar quote'],
  ['select /* a', 'comment'],
  ['select (1', 'parenthesis'],
  ['create function f() begin atomic', 'statement'],
])('%s is within a %s', (line, within) => {
  expect(statements([line]).within).toBe(within);
});

test('a backslash outside quotes begins a command; what stands before stays', () => {
  expect(statements(['select 1 \\g file', "select '\\g';"])).toMatchObject({
    sent: ['\\g file', "select 1 \nselect '\\g';"],
  });
});

describe('variables', () => {
  const set = { v: '1', s: "it's", empty: '', semi: 'select 1; select', self: ':self + 1', back: 'a\\b' };
  test.each([
    ['select :v;', 'select 1;'],
    ["select :'s';", "select 'it''s';"],
    ['select :"s";', 'select "it\'s";'],
    ["select :'back';", "select  E'a\\\\b';"],
    ["select ':v';", "select ':v';"],
    ['select :unknown;', 'select :unknown;'],
    ["select :'unknown';", "select :'unknown';"],
    ['select :{?v}, :{?unknown};', 'select TRUE, FALSE;'],
    ['select 1::int, x:=2;', 'select 1::int, x:=2;'],
    ['select :self;', 'select :self + 1;'],
    ['select :empty 1;', 'select  1;'],
    ['select \\:v;', 'select :v;'],
  ])('%s', (line, sent) => {
    expect(statements([line], set).sent).toStrictEqual([sent]);
  });

  test('a value is read as if it had been typed', () => {
    expect(statements([':semi 2;'], set).sent).toStrictEqual(['select 1;', 'select 2;']);
  });
});

test('quoting doubles quotes, and marks backslashes', () => {
  expect(quoteVariable('a"b', '"')).toBe('"a""b"');
  expect(quoteVariable("a'b", "'")).toBe("'a''b'");
  expect(quoteVariable('\\', "'")).toBe(" E'\\\\'");
});
