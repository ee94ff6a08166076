import { expect, test } from 'vitest';
import { parseBoolean, ValueError, Variables } from './variables.ts';

test.each([
  ['t', true],
  ['TRUE', true],
  ['y', true],
  ['on', true],
  ['1', true],
  ['f', false],
  ['no', false],
  ['of', false],
  ['0', false],
])('%s is %s', (text, value) => {
  expect(parseBoolean(text, 'x')).toBe(value);
});

test.each(['', 'o', 'maybe', '2'])('%j is no Boolean', (text) => {
  expect(() => parseBoolean(text, 'ON_ERROR_STOP')).toThrow(
    new ValueError(`unrecognized value "${text}" for "ON_ERROR_STOP": Boolean expected`),
  );
});

test('special variables take what psql takes, and fall back to its defaults', () => {
  const variables = new Variables();
  variables.set('ON_ERROR_STOP', '');
  expect(variables.isOn('ON_ERROR_STOP')).toBe(true);
  variables.unset('ON_ERROR_STOP');
  expect(variables.get('ON_ERROR_STOP')).toBe('off');
  expect(() => variables.set('VERBOSITY', 'loud')).toThrow(
    'unrecognized value "loud" for "VERBOSITY"\nAvailable values are: default, verbose, terse, sqlstate.',
  );
  expect(() => variables.set('FETCH_COUNT', 'x')).toThrow('invalid value "x" for "FETCH_COUNT": integer expected');
  expect(() => variables.set('a b', '1')).toThrow('invalid variable name: "a b"');
});

test('other variables come and go', () => {
  const variables = new Variables();
  variables.set('mine', 'x');
  expect(variables.entries()).toContainEqual(['mine', 'x']);
  variables.unset('mine');
  expect(variables.get('mine')).toBeUndefined();
});
