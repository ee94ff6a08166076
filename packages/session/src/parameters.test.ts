import { expect, it } from 'vitest';
import { checkParameterCount, parameterTexts } from './parameters.ts';

it('writes values as the input functions of a server read them', () => {
  const values = [null, '', "o'brien", -0.1, 1e21, 2n ** 64n, true, Uint8Array.of(0, 255)];
  const texts = [null, '', "o'brien", '-0.1', '1e+21', '18446744073709551616', 'true', '\\x00ff'];
  expect(parameterTexts(values)).toEqual(texts);
});

it('writes arrays with their elements quoted', () => {
  const values = [
    [],
    [1, null, 'NULL', ''],
    [
      ['a"b', 'c\\d'],
      ['{e', 'f,}'],
    ],
    [Uint8Array.of(1)],
  ];
  const texts = ['{}', '{"1",NULL,"NULL",""}', '{{"a\\"b","c\\\\d"},{"{e","f,}"}}', '{"\\\\x01"}'];
  expect(parameterTexts(values)).toEqual(texts);
});

it('takes as many parameters as a Bind message can count', () => {
  expect(() => checkParameterCount(new Array(65_535))).not.toThrow();
  expect(() => checkParameterCount(new Array(65_536))).toThrow('number of parameters must be between 0 and 65535');
});
