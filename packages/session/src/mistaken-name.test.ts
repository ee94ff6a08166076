import { expect, it } from 'vitest';
import { adviceOnName } from './mistaken-name.ts';

it('advises on what could have been a name', () => {
  expect(adviceOnName('ordes', 'connection or foreign server')).toBe(
    'There is no connection or foreign server named "ordes"; it was read as a connection string.',
  );
  expect(adviceOnName('été', 'foreign server')).toContain('no foreign server named "été"');
});

it.each([
  '',
  ' ',
  'host=h',
  'dbname = d password',
  'postgresql://h/d',
  'postgres://u@h',
  'x'.repeat(64),
  'localhost me sesame',
])('says nothing of %j', (target) => {
  expect(adviceOnName(target, 'foreign server')).toBeUndefined();
});
