import { expect, test } from 'vitest';
import { saslprep } from './saslprep.ts';

test.each([
  ['ASCII stays, control characters included', 'p\u0007\u007fw ', 'p\u0007\u007fw '],
  ['the empty password stays', '', ''],
  ['a soft hyphen is mapped to nothing', 'I\u00adX', 'IX'],
  ['a compatibility character is normalised', '\u00aa', 'a'],
  ['a Roman numeral is normalised', '\u2168', 'IX'],
  ['a decomposed letter is composed', 'e\u0301', '\u00e9'],
  ['a no-break space becomes a space', 'a\u00a0b', 'a b'],
  ['the zero width space is a space before it is nothing', 'a\u200bb', 'a b'],
  ['what maps to nothing at all stays', '\u00ad\u200d', '\u00ad\u200d'],
  ['a bidirectional violation stays', '\u06271', '\u06271'],
  ['right-to-left text that ends as it began is fine', '\u0627\u0031\u0628', '\u0627\u0031\u0628'],
  ['right-to-left mixed with left-to-right stays', '\u0627\u2168\u0628', '\u0627\u2168\u0628'],
  ['right-to-left mixed with ASCII letters stays', '\u0627a\u2168\u0628', '\u0627a\u2168\u0628'],
  ['a control character beside another character stays', '\u2168\u0007', '\u2168\u0007'],
  ['a private use character stays', '\u2168\ue000', '\u2168\ue000'],
  ['a non-character stays', '\u2168\ufffe', '\u2168\ufffe'],
  ['a character newer than Unicode 3.2 stays', '\u2168\u0221', '\u2168\u0221'],
  ['an astral character that is assigned is fine', '\u2168\u{1d400}', 'IXA'],
  ['an astral character that is not assigned stays', '\u2168\u{1f600}', '\u2168\u{1f600}'],
  ['a lone surrogate stays', '\u2168\ud800', '\u2168\ud800'],
])('%s', (_, password, prepared) => {
  expect(saslprep(password)).toBe(prepared);
});

test('every code point is either prepared to the same on repetition or left alone', () => {
  for (let codePoint = 0; codePoint < 0x30000; codePoint += 1) {
    const password = String.fromCodePoint(codePoint);
    const prepared = saslprep(password);
    if (saslprep(prepared) !== prepared) expect(saslprep(prepared), codePoint.toString(16)).toBe(prepared);
    if (prepared === '') expect.unreachable(`U+${codePoint.toString(16)} vanished`);
  }
});
