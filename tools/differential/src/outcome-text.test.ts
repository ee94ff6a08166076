import { expect, it } from 'vitest';
import { outcomeText, stepsText } from './outcome-text.ts';

const error = { severity: 'ERROR', sqlState: '22012', message: 'a\nb', detail: 'd', hint: 'h', context: 'c\n\tc' };

it('tells everything that is compared', () => {
  const notice = { severity: 'NOTICE', sqlState: '00000', message: 'n' };
  const results = [
    {
      columns: ['a', 'b'],
      rows: [
        ['1', null],
        ['', 'x\ty'],
      ],
      tag: 'SELECT 2',
    },
    { columns: ['a'], rows: [], tag: 'SELECT 0' },
    { columns: [], rows: [], tag: 'SET' },
  ];
  expect(outcomeText({ notices: [notice], results, error })).toBe(
    'NOTICE 00000 n + [1 | ∅ ;  | x⇥y] + (0 rows) + <SET> + ERROR 22012 a⏎b DETAIL: d HINT: h CONTEXT: c⏎⇥c',
  );
  expect(outcomeText({ notices: [], results: [], error: undefined })).toBe('<nothing>');
  expect(stepsText(['[1]', '[2]'])).toBe('[1] ⇒ [2]');
});
