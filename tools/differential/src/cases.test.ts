import { describe, expect, it } from 'vitest';
import { parseCases, readCases } from './cases.ts';

describe('a case file', () => {
  it('gives id, area, steps and flag of each line', () => {
    const text = [
      '-- Things that happen',
      '-- and a remark',
      '',
      "X1  select 'a;b' ;; select 2",
      'X2  {diverges Q7: because it is better}  select 1⏎+ 1 ⇒ [2]',
      'X3  {hangs Q1: it never ends}  copy x to stdout ⇒ ERROR 0A000 no ⇒ [1]',
    ].join('\n');
    expect(parseCases(text, 'x.sql')).toEqual([
      {
        id: 'X1',
        area: 'Things that happen',
        file: 'x.sql',
        steps: ["select 'a;b'", 'select 2'],
        divergence: undefined,
      },
      {
        id: 'X2',
        area: 'Things that happen',
        file: 'x.sql',
        steps: ['select 1\n+ 1'],
        divergence: { kind: 'diverges', quirk: 'Q7', why: 'because it is better', ours: '[2]' },
      },
      {
        id: 'X3',
        area: 'Things that happen',
        file: 'x.sql',
        steps: ['copy x to stdout'],
        divergence: { kind: 'hangs', quirk: 'Q1', why: 'it never ends', ours: 'ERROR 0A000 no ⇒ [1]' },
      },
    ]);
  });

  it.each([
    ['X1  select 1', 'x.sql:1: the first line must be a comment that names the area'],
    ['-- a\nX1', 'x.sql:2: not of the form ID [{flag}] SQL'],
    ['-- a\nX1  {diverges Q1: y}  select 1', 'x.sql:2: an outcome after ⇒ belongs to a flagged case'],
    ['-- a\nX1  select 1 ⇒ [1]', 'x.sql:2: an outcome after ⇒ belongs to a flagged case'],
  ])('is refused when it reads %j', (text, problem) => {
    expect(() => parseCases(text, 'x.sql')).toThrow(problem);
  });
});

it('no two cases of the tree share an id', () => {
  const cases = readCases();
  expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
  expect(cases.length).toBeGreaterThan(384);
});
