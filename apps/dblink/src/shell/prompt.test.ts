import { describe, expect, it } from 'vitest';
import type { Within } from '../run/scanner.ts';
import { Variables } from '../run/variables.ts';
import { type PromptState, promptFor } from './prompt.ts';

function state(change: Partial<PromptState> = {}): PromptState {
  const variables = new Variables();
  return { within: 'nothing', transaction: 'I', variables, isIgnored: false, isSuperuser: true, line: 1, ...change };
}

describe('psql’s own prompts', () => {
  it.each<[Within, string]>([
    ['statement', 'postgres-# '],
    ['parenthesis', 'postgres(# '],
    ['single quote', "postgres'# "],
    ['double quote', 'postgres"# '],
    ['dollar quote', 'postgres$# '],
    ['comment', 'postgres*# '],
  ])('within %s', (within, prompt) => {
    expect(promptFor('PROMPT2', state({ within }))).toBe(prompt);
  });

  it('before a statement, in and after a transaction', () => {
    expect(promptFor('PROMPT1', state())).toBe('postgres=# ');
    expect(promptFor('PROMPT1', state({ transaction: 'T' }))).toBe('postgres=*# ');
    expect(promptFor('PROMPT1', state({ transaction: 'E' }))).toBe('postgres=!# ');
    expect(promptFor('PROMPT1', state({ isSuperuser: false }))).toBe('postgres=> ');
    expect(promptFor('PROMPT1', state({ isIgnored: true }))).toBe('postgres@# ');
  });

  it('for one statement a line', () => {
    const one = state();
    one.variables.set('SINGLELINE', 'on');
    expect(promptFor('PROMPT1', one)).toBe('postgres^# ');
  });

  it('in the data of COPY', () => {
    expect(promptFor('PROMPT3', state())).toBe('>> ');
  });
});

describe('prompts of one’s own', () => {
  const custom = (pattern: string, change: Partial<PromptState> = {}): string => {
    const given = state(change);
    given.variables.set('PROMPT1', pattern);
    return promptFor('PROMPT1', given);
  };

  it('substitute', () => {
    expect(custom('%n@%m %~ %l%%%[%]%q', { line: 3 })).toBe('postgres@[embedded] postgres 3%');
    expect(custom('%:DBNAME:|%:missing:|')).toBe('postgres||');
    expect(custom('%033[1m%007')).toBe('\u001b[1m\u0007');
    expect(custom('%`echo a; echo b`>')).toBe('a>');
  });

  it('are as wide in the next lines', () => {
    const wide = state({ within: 'statement' });
    wide.variables.set('PROMPT2', '%w.');
    expect(promptFor('PROMPT2', wide)).toBe(`${' '.repeat('postgres=# '.length)}.`);
  });
});
