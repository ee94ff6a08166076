import { describe, expect, test } from 'vitest';
import { explainOptions, singleStatement } from './explain-options.ts';

describe('options of EXPLAIN', () => {
  test.each([
    ['', '', false],
    ['analyze', 'ANALYZE true', true],
    ['ANALYZE, BUFFERS off, FORMAT json', 'ANALYZE true, BUFFERS off, FORMAT json', true],
    ['analyze off', 'ANALYZE off', false],
    ['analyze 0', 'ANALYZE 0', false],
    ['analyze false', 'ANALYZE false', false],
    ['analyze on, analyze off', 'ANALYZE off', false],
    ['/* all */ verbose -- of it', 'VERBOSE true', false],
  ])('%j', (list, text, isAnalyzed) => {
    expect(explainOptions(list)).toEqual({ text, isAnalyzed });
  });

  test.each([
    'nonsense',
    'analyze true true',
    'format (json)',
    "format 'json'",
    'format "json"',
    'format json) delete from t --',
    'analyze;',
    ',',
    'verbose,',
    'analyze = on',
    '"analyze"',
    "'open",
    'costs $1',
  ])('refuses %j', (list) => {
    expect(() => explainOptions(list)).toThrow(expect.objectContaining({ sqlState: '42601' }));
  });
});

describe('one statement', () => {
  test.each([
    ['select 1', 'select 1'],
    ['select 1;', 'select 1'],
    ['select 1; -- done', 'select 1'],
    ['select 1;;', 'select 1'],
    ["select ';' || $x$;$x$", "select ';' || $x$;$x$"],
  ])('%j', (sql, statement) => {
    expect(singleStatement(sql, 'on')).toBe(statement);
  });

  test.each(['select 1; select 2', "select 'open", '/* open', 'select 1;;x'])('refuses %j', (sql) => {
    expect(() => singleStatement(sql, 'on')).toThrow(expect.objectContaining({ sqlState: '42601' }));
  });

  test('a backslash ends a string or not, as the server says', () => {
    const sql = "select '\\'; drop table t --'";
    expect(singleStatement(sql, 'off')).toBe(sql);
    expect(() => singleStatement(sql, 'on')).toThrow(expect.objectContaining({ sqlState: '42601' }));
  });
});
