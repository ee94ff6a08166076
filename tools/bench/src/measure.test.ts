import { describe, expect, it } from 'vitest';
import { meansOf, measurePairs, quartiles } from './measure.ts';
import { verdictOf } from './report.ts';

describe('quartiles', () => {
  it('interpolates between neighbours', () => {
    expect(quartiles([4, 1, 3, 2])).toEqual({ q1: 1.75, median: 2.5, q3: 3.25 });
    expect(quartiles([7])).toEqual({ q1: 7, median: 7, q3: 7 });
  });
});

describe('measurePairs', () => {
  it('runs both sides once unmeasured and then interleaved, the order swapped from pair to pair', async () => {
    const order: string[] = [];
    const measured = await measurePairs(
      () => order.push('ours'),
      () => order.push('theirs'),
      3,
    );
    expect(order.join(' ')).toBe('ours theirs ours theirs theirs ours ours theirs');
    expect(measured.pairs).toBe(3);
  });
});

describe('verdictOf', () => {
  const pairs = (q1: number, q3: number, count = 9) => {
    const sides = { q1: 1, median: 1, q3: 1 };
    return { pairs: count, oursMs: sides, theirsMs: sides, ratio: { q1, median: (q1 + q3) / 2, q3 } };
  };

  it('is given only where the quartiles exclude the goal on one side', () => {
    expect(verdictOf({ pairs: pairs(0.4, 0.5), goal: 0.5 })).toBe('met');
    expect(verdictOf({ pairs: pairs(0.6, 0.7), goal: 0.5 })).toBe('missed');
    expect(verdictOf({ pairs: pairs(0.4, 0.6), goal: 0.5 })).toBe('undecided');
    expect(verdictOf({ pairs: pairs(0.1, 0.2, 8), goal: 0.5 })).toBe('undecided');
    expect(verdictOf({ pairs: pairs(0.1, 0.2) })).toBe('no goal');
  });
});

describe('means of rounds', () => {
  it('are of as many in turn as asked for, and of no remainder', () => {
    const rounds = new Map([
      ['a', [1, 2, 6, 10, 20, 30, 99]],
      ['b', [3, 3, 3, 0, 0, 3, 99]],
    ]);
    expect(meansOf(rounds, 3)).toEqual(
      new Map([
        ['a', [3, 20]],
        ['b', [3, 1]],
      ]),
    );
  });
});
