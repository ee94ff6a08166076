import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { interpolate, parseTour } from './script.ts';

describe('reading a tour', () => {
  it('takes paragraphs of comments and of statements', () => {
    expect(parseTour('-- one\n-- still one\n\nSELECT 1;\n\n\n-- two\nSELECT\n  2;\n')).toEqual([
      { comments: ['-- one\n-- still one'], statement: 'SELECT 1;', expectedError: undefined },
      { comments: [], statement: '-- two\nSELECT\n  2;', expectedError: undefined },
    ]);
  });

  it('keeps a comment inside a statement with it', () => {
    expect(parseTour('SELECT 1\n-- more\n+ 1;')[0]?.statement).toBe('SELECT 1\n-- more\n+ 1;');
  });

  it('knows which statement is there to fail, and that the next is not', () => {
    const steps = parseTour('-- look\n\n-- expect error 42P01\nSELECT * FROM nowhere;\n\nSELECT 1;');
    expect(steps.map((step) => step.expectedError)).toEqual(['42P01', undefined]);
  });

  it('refuses a statement without its semicolon', () => {
    expect(() => parseTour('SELECT 1')).toThrow('no semicolon at its end: SELECT 1');
  });

  it('reads the tour of this application', () => {
    const steps = parseTour(readFileSync(new URL('../../sql/tour.sql', import.meta.url), 'utf8'));
    expect(steps.length).toBeGreaterThan(30);
    expect(steps.flatMap((step) => step.expectedError ?? [])).toEqual(['42P01']);
    expect(steps[0]?.statement).toBe('CREATE EXTENSION IF NOT EXISTS dblink;');
  });
});

describe('variables', () => {
  it("replaces :'name' by a literal", () => {
    expect(interpolate("SELECT f('a', :'atlas');", { atlas: "user='x y'" })).toBe("SELECT f('a', 'user=''x y''');");
  });

  it('writes a backslash so that it is one', () => {
    expect(interpolate("SELECT :'a';", { a: "password='\\''" })).toBe("SELECT E'password=''\\\\''''';");
  });

  it('leaves casts alone', () => {
    expect(interpolate("SELECT '1'::int;", {})).toBe("SELECT '1'::int;");
  });

  it('refuses a name without a value', () => {
    expect(() => interpolate("SELECT :'other';", {})).toThrow("uses :'other', which has no value");
  });
});
