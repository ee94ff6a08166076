import { expect, it } from 'vitest';
import { parseCases } from './cases.ts';
import { renderDivergences } from './divergences.ts';

it('each reason stands once, quirks of the C extension first, with its cases by file', () => {
  const one = [
    '-- One',
    'X1  {diverges D3: bytes are shown}  a ⇒ b',
    'X2  {diverges Q12: it is better}  a ⇒ b',
    'X3  a',
  ];
  const two = ['-- Two', 'Y1  {hangs Q2: nobody waits}  a ⇒ b', 'Y2  {diverges D3: bytes are shown}  a ⇒ b'];
  const cases = [...parseCases(one.join('\n'), 'one.sql'), ...parseCases(two.join('\n'), 'two.sql')];
  const lines = renderDivergences(cases).split('\n');
  expect(lines.slice(lines.indexOf('| --- | ----------------- | ----- |') + 1)).toEqual([
    '| Q2 | Nobody waits | two.sql: _Y1_ |',
    '| Q12 | It is better | one.sql: X2 |',
    '| D3 | Bytes are shown | one.sql: X1; two.sql: Y2 |',
    '',
  ]);
});
