import { describe, expect, test } from 'vitest';
import { formatLibpqMessage } from './libpq-message.ts';
import { readMessageFields } from './server-error.ts';

const ERROR = { severity: 'ERROR', severityNonlocalized: 'ERROR', sqlState: '42703', message: 'no' };

function at(position: number, query: string): string {
  return formatLibpqMessage(readMessageFields({ ...ERROR, position: String(position) }), query);
}

describe('formatLibpqMessage', () => {
  test('the position becomes an extract with a caret', () => {
    expect(at(8, 'select nocol')).toBe('ERROR:  no\nLINE 1: select nocol\n               ^');
  });

  test('lines are counted by CR, LF and CRLF, and tabs are blanks', () => {
    expect(at(10, 'select\r\n\tnocol\nfrom t')).toBe('ERROR:  no\nLINE 2:  nocol\n         ^');
    expect(at(8, 'select\rnocol')).toBe('ERROR:  no\nLINE 2: nocol\n        ^');
  });

  test('a long line is cut on the right, on the left, or on both sides, to 60 columns', () => {
    const line = Array.from({ length: 20 }, (_, index) => `col${String(index).padStart(2, '0')},`).join('');
    expect(at(1, line)).toBe(`ERROR:  no\nLINE 1: ${line.slice(0, 60)}...\n        ^`);
    expect(at(61, line)).toBe(`ERROR:  no\nLINE 1: ...${line.slice(10, 70)}...\n${' '.repeat(61)}^`);
    expect(at(120, line)).toBe(`ERROR:  no\nLINE 1: ...${line.slice(60)}\n${' '.repeat(70)}^`);
  });

  test('wide characters take two columns, positions count characters', () => {
    expect(at(10, "select '日本' x")).toBe("ERROR:  no\nLINE 1: select '日本' x\n                  ^");
    expect(at(4, 'a😀é!')).toBe('ERROR:  no\nLINE 1: a😀é!\n            ^');
  });

  test('a position just behind the end is marked, one beyond is not', () => {
    expect(at(7, 'select')).toBe('ERROR:  no\nLINE 1: select\n              ^');
    expect(at(9, 'select')).toBe('ERROR:  no');
  });

  test('without the query the position is told as a number', () => {
    expect(formatLibpqMessage(readMessageFields({ ...ERROR, position: '8' }))).toBe('ERROR:  no at character 8');
  });

  test('detail, hint, internal query and context follow in libpq’s order', () => {
    const fields = readMessageFields({
      ...ERROR,
      detail: 'd',
      hint: 'h',
      internalQuery: 'select bad',
      internalPosition: '8',
      context: 'c1\nc2',
      schemaName: 's',
      tableName: 't',
      columnName: 'k',
      dataTypeName: 'y',
      constraintName: 'n',
      sourceFile: 'f.c',
      sourceLine: '12',
      sourceFunction: 'fn',
    });
    const marked = 'LINE 1: select bad\n               ^';
    const rest = 'DETAIL:  d\nHINT:  h\nQUERY:  select bad\nCONTEXT:  c1\nc2';
    expect(formatLibpqMessage(fields, 'select f()')).toBe(`ERROR:  no\n${marked}\n${rest}`);
    expect(formatLibpqMessage(fields, 'select f()', 'terse')).toBe('ERROR:  no at character 8');
    expect(formatLibpqMessage(fields, 'select f()', 'sqlstate')).toBe('ERROR:  42703');
    expect(formatLibpqMessage(fields, 'select f()', 'verbose')).toBe(
      `ERROR:  42703: no\n${marked}\n${rest}\nSCHEMA NAME:  s\nTABLE NAME:  t\nCOLUMN NAME:  k\n` +
        'DATATYPE NAME:  y\nCONSTRAINT NAME:  n\nLOCATION:  fn, f.c:12',
    );
  });

  test('the context of a notice is not shown, the localised severity is', () => {
    const notice = { severity: 'HINWEIS', severityNonlocalized: 'NOTICE', message: 'm', context: 'c' };
    expect(formatLibpqMessage(readMessageFields(notice))).toBe('HINWEIS:  m');
  });
});
