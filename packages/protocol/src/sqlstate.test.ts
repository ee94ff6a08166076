import { expect, test } from 'vitest';
import { SqlState } from './sqlstate.generated.ts';
import { sqlStateName } from './sqlstate.ts';

test('every code is five digits or capitals, and its name is found again', () => {
  const entries = Object.entries(SqlState);
  expect(entries.length).toBeGreaterThan(250);
  for (const [name, sqlState] of entries) {
    expect(sqlState).toMatch(/^[0-9A-Z]{5}$/);
    const found = sqlStateName(sqlState);
    expect(found !== undefined && SqlState[found] === sqlState, name).toBe(true);
  }
});

test.each([
  ['22012', 'division_by_zero'],
  ['08P01', 'protocol_violation'],
  ['57014', 'query_canceled'],
  ['2202E', 'array_subscript_error'],
  ['22008', 'datetime_field_overflow'],
  ['34000', 'invalid_cursor_name'],
  ['00000', 'successful_completion'],
  ['ZZZZZ', undefined],
])('%s is %s', (sqlState, name) => {
  expect(sqlStateName(sqlState)).toBe(name);
});
