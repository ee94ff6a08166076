import { describe, expect, it } from 'vitest';
import type { Case, Divergence } from './cases.ts';
import { compareCase, count, problemText } from './compare.ts';
import type { Side } from './side.ts';

const side = (name: string, answer: readonly string[] | Error): Side => ({
  name,
  run: () => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)),
  stop: () => Promise.resolve(),
});
const flag = (kind: Divergence['kind'], ours: string): Divergence => ({ kind, quirk: 'Q1', why: 'better', ours });
const one = (divergence?: Divergence): Case => ({ id: 'X1', area: 'a', file: 'x.sql', steps: ['s'], divergence });

describe('a comparison', () => {
  it.each<[string, Divergence | undefined, readonly string[], readonly string[], string]>([
    ['equal answers', undefined, ['[1]'], ['[1]'], 'equal'],
    ['other answers', undefined, ['[1]'], ['[2]'], 'wrong'],
    ['another step', undefined, ['[1]', '[2]'], ['[1]', '[3]'], 'wrong'],
    ['a flag that is right', flag('diverges', '[2]'), ['[1]'], ['[2]'], 'flagged'],
    ['a flag that nothing needs', flag('diverges', '[1]'), ['[1]'], ['[1]'], 'wrong'],
    ['a flag that tells of another answer', flag('diverges', '[3]'), ['[1]'], ['[2]'], 'wrong'],
    ['an answer where theirs never comes', flag('hangs', '[2]'), ['[2]'], ['[2]'], 'flagged'],
    ['another answer where theirs never comes', flag('hangs', '[2]'), ['[2]'], ['[1]'], 'wrong'],
  ])('with %s', async (_name, divergence, theirs, ours, kind) => {
    const verdict = await compareCase(one(divergence), side('C', theirs), side('ours', ours));
    expect(verdict.kind).toBe(kind);
    if (verdict.kind === 'wrong') expect(problemText(verdict)).toMatch(/^X1 \(x\.sql\): s\n {2}/);
  });

  it('is wrong when a side breaks', async () => {
    const verdict = await compareCase(one(), side('C', ['[1]']), side('ours', new Error('it ended')));
    expect(verdict).toMatchObject({ kind: 'wrong', problem: 'it ended' });
    expect(count([verdict])).toEqual({ equal: 0, flagged: 0, wrong: 1 });
  });
});
