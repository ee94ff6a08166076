import { describe, expect, test } from 'vitest';
import { looksLikeConninfo, parseConninfo, redactConninfo, redactOptions } from './index.ts';

describe('redactConninfo', () => {
  test.each([
    ['host=h port=1', 'host=h port=1'],
    ['host=h password=p user=u', 'host=h password=*** user=u'],
    ["password = 'a b' host=h", 'password = *** host=h'],
    [
      'sslpassword=a oauth_client_secret=b scram_client_key=c',
      'sslpassword=*** oauth_client_secret=*** scram_client_key=***',
    ],
    ["dbname='host=h password=p'", "dbname='host=h password=***'"],
    ['dbname=postgresql://u:p@h/d', "dbname='postgresql://***@h/d'"],
    ['password=my secret', 'password=*** ***'],
    ['password=my secret=1 host=h', 'password=*** ***'],
    ["user=u passwrd='open", 'user=u pass***'],
    [' postgresql://u:p@h/d', ' postgresql://***@h/d'],
    ['postgresql://u:p@h/d', 'postgresql://***@h/d'],
    ['postgresql://u:p/q@h/d', 'postgresql://***@h/d'],
    ['postgresql://h/d?user=u&password=p', 'postgresql://h/d?user=u&password=***'],
    ['postgresql://h/d?p%61ssword=p', 'postgresql://h/d?password=***'],
    ['postgresql://h/d?password=a&b', 'postgresql://h/d?password=***&***'],
    ['postgresql://u:p?q@h/d', 'postgresql://***'],
    ['postgresql://h/d', 'postgresql://h/d'],
  ])('%j', (text, expected) => expect(redactConninfo(text)).toBe(expected));
});

describe('messages of parseConninfo', () => {
  test.each([
    ['host=a bogus', 'missing "=" after "bogus" in connection info string'],
    ['password=my secret', 'missing "=" after "***" in connection info string'],
    ['password=p bogus=1', 'invalid connection option "bogus"'],
    ['password=p 4u=1', 'invalid connection option "***"'],
    [' postgresql://u:p@h', 'missing "=" after "postgresql:***@h" in connection info string'],
    ['postgresql://u:%zz@h', 'invalid percent-encoded token: "***"'],
    ['postgresql://%zz:p@h', 'invalid percent-encoded token: "%zz"'],
    ['postgresql://u:p/%@h', 'invalid percent-encoded token: "***"'],
    [
      'postgresql://u:p@[h',
      'end of string reached when looking for matching "]" in IPv6 host address in URI: "postgresql://***@[h"',
    ],
    [
      'postgresql://[é]é',
      'unexpected character "\ufffd" at position 18 in URI (expected ":" or "/"): "postgresql://[é]é"',
    ],
    ['postgresql://h?password=a b', 'unexpected spaces found in "***", use percent-encoded spaces (%20) instead'],
    ['postgresql://h?password=a&b', 'missing key/value separator "=" in URI query parameter: "***"'],
    ['postgresql://h?password=%ff', 'invalid percent-encoded token: "***"'],
    ['a\0b', 'connection string contains a zero byte'],
    ['host=\ud800', 'connection string contains half of a surrogate pair'],
    ['__proto__=1', 'invalid connection option "__proto__"'],
  ])('%j', (text, message) => {
    expect(() => parseConninfo(text)).toThrow(
      expect.objectContaining({ name: 'ConninfoError', message, input: redactConninfo(text) }),
    );
  });
});

test('redactOptions hides values and those inside dbname', () => {
  const shown = redactOptions({ password: 'p', replication: 'database', dbname: 'password=p', host: 'h' });
  expect({ ...shown }).toEqual({ password: '***', replication: '***', dbname: 'password=***', host: 'h' });
});

test('looksLikeConninfo', () => {
  expect(['postgresql://', 'postgres://h', 'a=b', 'POSTGRES://h', 'ab', ''].map(looksLikeConninfo)).toEqual([
    ...[true, true, true, false, false, false],
  ]);
});

test('long hostile texts are read once', () => {
  for (const piece of [':', '//', '://', '&', '?', '&password=', 'a=b ', '@', '%41', "'", '\\']) {
    for (const start of ['', 'postgresql://', 'postgresql://h?', 'password=x ']) {
      expect(redactConninfo(start + piece.repeat(100_000)).length).toBeLessThan(2_000_000);
    }
  }
});
