import { describe, expect, test } from 'vitest';
import { classifyStatement, type StatementObstacle, statementShape } from './statement.ts';

describe('classifyStatement', () => {
  test.each([
    ['select 1', 'select'],
    ['SELECT 1;', 'select'],
    [';; select 1 ;; -- done', 'select'],
    ['/* c */ ((select 1) union (select 2))', 'select'],
    ['select \';\', $$ ; $$, ";"', 'select'],
    ['with x as (select 1) table x', 'with'],
    ['values (1)', 'values'],
    ['insert into t values (1) returning *', 'insert'],
    ['merge into t using s on true when matched then delete', 'merge'],
  ])('%j is a query', (sql, command) => {
    expect(classifyStatement(sql, 'on')).toEqual({ kind: 'query', command });
  });

  test.each<[sql: string, obstacle: StatementObstacle]>([
    ['', 'empty'],
    [' -- nothing', 'empty'],
    [';', 'empty'],
    ['(', 'empty'],
    ['select 1; select 2', 'several statements'],
    ["select 1;'", 'unclear'],
    ['select $1', 'parameter'],
    ['select 1 where $2', 'parameter'],
    ['copy t to stdout', 'copy'],
    ['begin', 'transaction control'],
    ['START TRANSACTION', 'transaction control'],
    ["prepare transaction 'x'", 'other command'],
    ['set a.b = 1', 'other command'],
    ['explain select 1', 'other command'],
    ['"select" 1', 'other command'],
    ["'select'", 'other command'],
    ['\u017felect 1', 'other command'],
    ['select count(*) from PG_Cursors', 'portals'],
    ['select /* 1', 'unclear'],
    ['select 1a', 'unclear'],
  ])('%j is not: %s', (sql, obstacle) => {
    expect(classifyStatement(sql, 'on')).toEqual({ kind: 'other', obstacle });
  });
});

describe('statementShape', () => {
  test.each([
    ["select * from t where a = 'x;y' and b in (1, 2.5e3)", 'select * from t where a = ? and b in (?, ?)'],
    ["select E'\\'', $$a$$, \"1\", t1 -- 5", 'select ?, ?, "1", t1 -- 5'],
    ["select 'open", "select 'open"],
    ['', ''],
  ])('%j has the shape %j', (sql, shape) => {
    expect(statementShape(sql, 'on')).toBe(shape);
  });

  test('backslashes count where the server says so', () => {
    expect(statementShape("select '\\' or 'a'", 'off')).toBe("select '\\' or 'a'");
    expect(statementShape("select '\\' or 'a'", 'on')).toBe('select ? or ?');
  });
});
