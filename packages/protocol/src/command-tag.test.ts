import { expect, test } from 'vitest';
import { parseCommandTag } from './command-tag.ts';

test.each([
  ['INSERT 0 3', 'INSERT', 3n],
  ['INSERT 16385 1', 'INSERT', 1n],
  ['SELECT 0', 'SELECT', 0n],
  ['UPDATE 10', 'UPDATE', 10n],
  ['DELETE 18446744073709551615', 'DELETE', 18446744073709551615n],
  ['MERGE 2', 'MERGE', 2n],
  ['FETCH 5', 'FETCH', 5n],
  ['MOVE 5', 'MOVE', 5n],
  ['COPY 7', 'COPY', 7n],
  ['SELECT 9007199254740993', 'SELECT', 9007199254740993n],
  ['COPY', 'COPY', undefined],
  ['BEGIN', 'BEGIN', undefined],
  ['CREATE TABLE', 'CREATE TABLE', undefined],
  ['', '', undefined],
  ['SELECT -1', 'SELECT -1', undefined],
  ['SELECT 1 2', 'SELECT 1 2', undefined],
  ['SELECT 999999999999999999999', 'SELECT 999999999999999999999', undefined],
  ['CALL 3', 'CALL 3', undefined],
])('%j', (tag, command, rows) => {
  expect(parseCommandTag(tag)).toEqual({ command, rows });
});
