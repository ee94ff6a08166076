import { describe, expect, it } from 'vitest';
import { Conditions } from './conditions.ts';

const never = (): boolean => {
  throw new Error('asked where the answer does not count');
};

describe('Conditions', () => {
  it('one branch counts, and later conditions are not asked', () => {
    const conditions = new Conditions();
    conditions.begin('', () => false);
    expect(conditions.isActive).toBe(false);
    expect(conditions.otherwiseIf(() => true)).toBeUndefined();
    expect(conditions.isActive).toBe(true);
    expect(conditions.otherwiseIf(never)).toBeUndefined();
    expect(conditions.isActive).toBe(false);
    expect(conditions.otherwise()).toBeUndefined();
    expect(conditions.isActive).toBe(false);
    expect(conditions.end()).toBeUndefined();
    expect(conditions.isEmpty).toBe(true);
  });

  it('the last branch counts where no other has', () => {
    const conditions = new Conditions();
    conditions.begin('', () => false);
    conditions.otherwise();
    expect(conditions.isActive).toBe(true);
  });

  it('nothing counts within a branch that does not', () => {
    const conditions = new Conditions();
    conditions.begin('kept', () => false);
    conditions.begin('lost', never);
    conditions.otherwise();
    expect(conditions.isActive).toBe(false);
    conditions.end();
    expect(conditions.buffer).toBe('kept');
  });

  it('refuses what stands nowhere', () => {
    const conditions = new Conditions();
    expect(conditions.otherwiseIf(never)).toBe('\\elif: no matching \\if');
    expect(conditions.otherwise()).toBe('\\else: no matching \\if');
    expect(conditions.end()).toBe('\\endif: no matching \\if');
    conditions.begin('', () => true);
    conditions.otherwise();
    expect(conditions.otherwise()).toBe('\\else: cannot occur after \\else');
    expect(conditions.otherwiseIf(never)).toBe('\\elif: cannot occur after \\else');
  });
});
