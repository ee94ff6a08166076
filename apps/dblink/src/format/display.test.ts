import { describe, expect, it } from 'vitest';
import { characterWidth, displayLines, widest } from './display.ts';

describe('characterWidth', () => {
  it.each([
    ['a', 1],
    ['é', 1],
    ['©', 1],
    ['☀', 1],
    ['漢', 2],
    ['한', 2],
    ['Ａ', 2],
    ['😀', 2],
    ['\u0301', 0],
    ['\u200d', 0],
    ['\u00ad', 0],
    ['\u0007', -1],
    ['\u007f', -1],
    ['\u0085', -1],
  ])('of %j is %i', (character, width) => {
    expect(characterWidth(character.codePointAt(0) ?? 0)).toBe(width);
  });
});

describe('displayLines', () => {
  it('cuts at newlines only', () => {
    expect(displayLines('a\nbc\n')).toEqual([
      { text: 'a', width: 1 },
      { text: 'bc', width: 2 },
      { text: '', width: 0 },
    ]);
    expect(displayLines('a\u2028b')).toHaveLength(1);
  });

  it('fills tabs up to the next eighth column', () => {
    expect(displayLines('1234567\tx\ty')).toEqual([{ text: `1234567 x${' '.repeat(7)}y`, width: 17 }]);
    expect(displayLines('12345678\t')).toEqual([{ text: `12345678${' '.repeat(8)}`, width: 16 }]);
  });

  it('shows control characters as escapes, so that none reaches the terminal', () => {
    expect(displayLines('\r\u001b\u0085')).toEqual([{ text: '\\r\\x1B\\u0085', width: 12 }]);
  });

  it('gives no column to a combining character', () => {
    expect(displayLines('e\u0301')).toEqual([{ text: 'e\u0301', width: 1 }]);
  });
});

it('widest measures the widest line', () => {
  expect(widest(displayLines('a\nbcd\nef'))).toBe(3);
  expect(widest([])).toBe(0);
});
