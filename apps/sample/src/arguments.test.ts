import { describe, expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

describe('the command line', () => {
  it('starts own servers when nothing is given', () => {
    expect(readArguments([])).toEqual({ kind: 'own servers' });
  });

  it('takes two servers', () => {
    expect(readArguments(['--server', 'host=a', '--server=postgresql://b/'])).toEqual({
      kind: 'given servers',
      atlas: 'host=a',
      seismo: 'postgresql://b/',
    });
  });

  it.each([1, 3])('refuses %i servers', (count) => {
    expect(readArguments(Array<string>(count).fill('--server=host=a'))).toEqual({
      kind: 'wrong',
      message: '--server is to be given twice',
    });
  });

  it.each([['--sever'], ['--server'], ['extra']])('refuses %s', (argument) => {
    expect(readArguments([argument]).kind).toBe('wrong');
  });

  it.each(['--help', '-h'])('knows %s', (argument) => {
    expect(readArguments([argument])).toEqual({ kind: 'help' });
  });
});
