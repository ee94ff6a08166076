import { expect, it } from 'vitest';
import { given, givenError } from './given.ts';

it.each([
  ['3', 3],
  ["'x'", 'x'],
  ['"select"', '"select"'],
  ['[1, 2n]', [1, 2n]],
  ["{ host: 'h' }", Object.assign(Object.create(null), { host: 'h' })],
  ['SELECT f1 FROM foo', 'SELECT f1 FROM foo'],
  ['n,,n=,r=…', 'n,,n=,r=abc'],
  ['undefined', undefined],
])('takes %s for its value', (said, value) => {
  expect(() => given(said, value)).not.toThrow();
});

it.each([
  ['3', 4],
  ['3', '3 rows'],
  ["{ host: 'h' }", { host: 'h', port: '1' }],
  ['SELECT f1 FROM foo', 'SELECT f2 FROM foo'],
  ['n,,n=,r=…', 'y,,n=,r=abc'],
  ['what it gives', undefined],
])('does not take %s for %j', (said, value) => {
  expect(() => given(said, value)).toThrow();
});

it('wants an error where one is said to be thrown, with the beginning of its message', async () => {
  const refuse = (): Promise<unknown> => Promise.reject(new Error('invalid option "hots"'));
  await expect(givenError('throws invalid option', refuse)).resolves.toBeUndefined();
  await expect(givenError('throws', refuse)).resolves.toBeUndefined();
  await expect(givenError('throws another', refuse)).rejects.toThrow('instead of another');
  await expect(givenError('throws', async () => 1)).rejects.toThrow('gives 1');
});
