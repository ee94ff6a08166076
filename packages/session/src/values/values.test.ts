import { expect, it } from 'vitest';
import { parseArray } from './array.ts';
import { readerOf } from './scalar.ts';

const failureOf = (body: () => unknown): unknown => {
  try {
    return body();
  } catch (error) {
    return error;
  }
};

it.each([
  ['{}', []],
  ['{1,NULL,-3}', ['1', null, '-3']],
  [
    '{{1,2},{3,4}}',
    [
      ['1', '2'],
      ['3', '4'],
    ],
  ],
  ['[0:1]={a,b}', ['a', 'b']],
  [
    '[-1:0][2:3]={{a,b},{c,d}}',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['{"",NULL,"NULL",null}', ['', null, 'NULL', 'null']],
  ['{"a,b","{","\\"","\\\\"}', ['a,b', '{', '"', '\\']],
  ['{ä,"€ x"}', ['ä', '€ x']],
])('reads the array %s', (text, expected) => {
  expect(parseArray(text, (element) => element)).toEqual(expected);
});

it.each(['', 'a', '{', '{a', '{a}b', '{a,}', '{,a}', '{"a}', '{"a\\', '{{a}'])('refuses %j as an array', (text) => {
  expect(failureOf(() => parseArray(text, (element) => element))).toMatchObject({
    sqlState: '22P02',
    message: `malformed array literal: "${text}"`,
  });
});

it.each([
  ['bool', 't', true],
  ['bool', 'off', false],
  ['bool', ' YES ', true],
  ['int2', '-32768', -32768],
  ['int4', '+7', 7],
  ['int8', '-9223372036854775808', -9223372036854775808n],
  ['oid', '4294967295', 4294967295],
  ['float8', '-Infinity', Number.NEGATIVE_INFINITY],
  ['float4', '1e-45', 1e-45],
  ['json', '[null]', [null]],
  ['bytea', '\\x', new Uint8Array(0)],
  ['bytea', 'a\\000\\\\', Uint8Array.of(97, 0, 92)],
  ['numeric', '1.50', '1.50'],
  ['date', '2024-01-01', '2024-01-01'],
])('reads %s %s', (type, text, expected) => {
  expect(readerOf(type)(text)).toEqual(expected);
});

it.each([
  ['bool', 'maybe', '22P02', 'invalid input syntax for type boolean: "maybe"'],
  ['bool', '', '22P02', 'invalid input syntax for type boolean: ""'],
  ['int2', '32768', '22003', 'value "32768" is out of range for type smallint'],
  ['int4', '1.5', '22P02', 'invalid input syntax for type integer: "1.5"'],
  ['int8', '9223372036854775808', '22003', 'value "9223372036854775808" is out of range for type bigint'],
  ['float8', 'one', '22P02', 'invalid input syntax for type double precision: "one"'],
  ['jsonb', '{', '22P02', 'invalid input syntax for type jsonb: "{"'],
  ['bytea', '\\x0', '22P02', 'invalid input syntax for type bytea: "\\x0"'],
  ['bytea', 'a\\b', '22P02', 'invalid input syntax for type bytea: "a\\b"'],
])('refuses %s %j', (type, text, sqlState, message) => {
  expect(failureOf(() => readerOf(type)(text))).toMatchObject({ sqlState, message });
});
