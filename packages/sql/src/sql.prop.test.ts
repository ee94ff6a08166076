import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sqlText } from '../test/sql-texts.ts';
import {
  classifyStatement,
  isSqlBuildError,
  parseColumnList,
  parseInt2Vector,
  quoteIdent,
  quoteLiteral,
  readTokens,
} from './index.ts';

const RUNS = { numRuns: Number(process.env['FUZZ_RUNS'] ?? 10_000) };

const conforming = fc.constantFrom('on', 'off', 'unknown');
const anything = fc.oneof(sqlText, fc.string({ unit: 'binary' }), fc.string());
const text = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...'a\'"\\\n;$'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  })
  .filter((value) => !value.includes('\0'));

describe('tokens', () => {
  test('lie in order, and only blanks and comments between them', () => {
    fc.assert(
      fc.property(anything, conforming, (sql, setting) => {
        let last = 0;
        for (const { at, end, kind } of readTokens(sql, setting)) {
          expect(at).toBeGreaterThanOrEqual(last);
          expect(kind === 'broken' ? end >= at : end > at).toBe(true);
          const between = sql.slice(last, at).trimStart();
          if (between !== '') expect(between).toMatch(/^(--|\/\*)/);
          last = end;
        }
        if (sql.slice(last).trim() !== '') expect(sql.slice(last).trimStart()).toMatch(/^(--|\/\*)/);
      }),
      RUNS,
    );
  });

  test('a quoted literal or identifier is one token, whatever is in it', () => {
    fc.assert(
      fc.property(text, conforming, (value, setting) => {
        const literal = quoteLiteral(value);
        expect([...readTokens(literal, setting)]).toEqual([{ kind: 'string', at: 0, end: literal.length }]);
        if (value === '') return;
        const name = quoteIdent(value);
        expect([...readTokens(name, setting)].map(({ end }) => end)).toEqual([name.length]);
        expect(classifyStatement(`SELECT ${literal} AS ${name};`, setting)).toEqual({
          kind: 'query',
          command: 'select',
        });
      }),
      RUNS,
    );
  });

  test('a second statement is never overlooked', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 3 }), conforming, (values, setting) => {
        const select = `SELECT ${values.map(quoteLiteral).join(', ')}`;
        const expected = { kind: 'other', obstacle: 'several statements' };
        expect(classifyStatement(`${select}; ${select}`, setting)).toEqual(expected);
      }),
      RUNS,
    );
  });
});

test('arbitrary text is a value or a SqlBuildError', () => {
  const soup = fc
    .array(
      fc.oneof(fc.constantFrom('t', '(', ')', ',', ' ', 'a', 'int', '[', ']', '"', '.', 'not null', '1', '-'), text),
    )
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(fc.oneof(soup, anything), (given) => {
      for (const read of [parseColumnList, parseInt2Vector]) {
        try {
          read(given);
        } catch (error) {
          if (!isSqlBuildError(error)) throw error;
          expect(error.sqlState).toMatch(/^[0-9A-Z]{5}$/);
        }
      }
    }),
    RUNS,
  );
});
