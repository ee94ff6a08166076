import { isRemoteProtocolError } from '@pg-dblink/protocol';
import { describe, expect, test } from 'vitest';
import { isUsageError } from '../errors.ts';
import { arrayText } from './array-text.ts';
import { civilDay, daysSince2000 } from './calendar.ts';
import { compositeCodec } from './composites.ts';
import { dateCodecs } from './date-time.ts';
import { inferParameter } from './infer.ts';
import { intervalText, parseInterval } from './interval.ts';
import { lowerBoundsOf, withLowerBounds } from './lower-bounds.ts';
import { TypeRegistry } from './registry.ts';

const types = new TypeRegistry();

function text(oid: number, value: string): unknown {
  const bytes = new TextEncoder().encode(value);
  return types.find(oid)?.decodeText(bytes, 0, bytes.length);
}

function binary(oid: number, hex: string): unknown {
  const bytes = new Uint8Array(Buffer.from(hex, 'hex'));
  return types.find(oid)?.decodeBinary(bytes, 0, bytes.length);
}

describe('arrays in text (protocol.md §13.3)', () => {
  const legal: readonly (readonly [string, unknown])[] = [
    ['{}', []],
    [' { } ', []],
    ['{1, 2 ,3}', ['1', '2', '3']],
    ['{NULL,null,Null}', [null, null, null]],
    ['{"NULL",N\\ULL}', ['NULL', 'NULL']],
    ['{a b , c}', ['a b', 'c']],
    ['{"a\\"b","c\\\\d"}', ['a"b', 'c\\d']],
    ['{a\\ }', ['a ']],
    [
      '{{1,2},{3,4}}',
      [
        ['1', '2'],
        ['3', '4'],
      ],
    ],
    ['[2:3]={a,b}', ['a', 'b']],
    ['[2]={a,b}', ['a', 'b']],
  ];
  for (const [literal, expected] of legal) {
    test(literal, () => expect(text(1009, literal)).toEqual(expected));
  }

  for (const literal of [
    '',
    '{',
    '}',
    '{1,}',
    '{,1}',
    '{1,,2}',
    '{a}b',
    '{"a"b}',
    '{a"b"}',
    '{{{{{{{1}}}}}}}',
    '[a]={1}',
    '{"a',
  ]) {
    test(`${literal} is malformed`, () => {
      expect(() => text(1009, literal)).toThrow(expect.toSatisfy(isRemoteProtocolError) as Error);
    });
  }

  test('boxes are separated by semicolons, in both directions', () => {
    const boxes = text(1020, '{(3,4),(1,2);(7,8),(5,6)}');
    expect(boxes).toEqual([
      { high: { x: 3, y: 4 }, low: { x: 1, y: 2 } },
      { high: { x: 7, y: 8 }, low: { x: 5, y: 6 } },
    ]);
    expect(types.find(1020)?.encodeText(boxes)).toBe('{"(3,4),(1,2)";"(7,8),(5,6)"}');
  });

  test('lower bounds survive the way back', () => {
    const array = text(1007, '[0:2]={1,2,3}');
    expect(array).toEqual([1, 2, 3]);
    expect(lowerBoundsOf(array)).toEqual([0]);
    expect(types.find(1007)?.encodeText(array)).toBe('[0:2]={1,2,3}');
    expect(lowerBoundsOf(text(1007, '{1}'))).toBeUndefined();
    expect(inferParameter(withLowerBounds([1, 2], [-1]))).toBe('[-1:0]={1,2}');
  });

  test('ten megabytes take linear time', () => {
    const literal = `{${'"\\\\",'.repeat(2_000_000)}x}`;
    expect((text(1009, literal) as unknown[]).length).toBe(2_000_001);
  });

  test('ragged and too deep arrays are refused', () => {
    expect(() => arrayText([[1], [2, 3]], String)).toThrow('equal lengths');
    expect(() => arrayText([1, [2]], String)).toThrow('equal lengths');
    expect(() => arrayText([[[[[[[1]]]]]]], String)).toThrow('at most 6 dimensions');
  });
});

describe('arrays in binary from a hostile server', () => {
  const cases: Readonly<Record<string, string>> = {
    'seven dimensions': `00000007${'00000000'.repeat(2)}${'0000000100000001'.repeat(7)}`,
    'negative dimensions': 'ffffffff0000000000000017',
    'a negative size': '000000010000000000000017ffffffff00000001',
    'more elements than bytes': '0000000100000000000000177fffffff00000001',
    'sizes whose product overflows': '000000030000000000000017000100000000000100010000000000010001000000000001',
    'an element beyond the end': '0000000100000000000000170000000100000001000000ff00',
    'bytes behind the end': '00000000000000000000001700',
  };
  for (const [name, hex] of Object.entries(cases)) {
    test(name, () => expect(() => binary(1007, hex)).toThrow(expect.toSatisfy(isRemoteProtocolError) as Error));
  }
});

describe('numeric', () => {
  test('an enormous weight makes no enormous text', () => {
    expect(String(binary(1700, '00017fff000000000001')).length).toBe(131_072 - 3);
    expect(binary(1700, '00007fff00000000')).toBe('0');
  });

  for (const hex of ['0001000000000000270f', '00010000000000002710', '000100001000000a0001', '0001000000004000']) {
    const isLegal = hex.endsWith('270f');
    test(`${hex} is ${isLegal ? 'legal' : 'malformed'}`, () => {
      if (isLegal) expect(binary(1700, hex)).toBe('9999');
      else expect(() => binary(1700, hex)).toThrow(expect.toSatisfy(isRemoteProtocolError) as Error);
    });
  }

  const encoded: readonly (readonly [unknown, string])[] = [
    ['1e3', '00010000000000000' + '3e8'],
    ['1.5e-5', '0001fffe00000006' + '05dc'],
    [12n, '000100000000' + '0000000c'],
    ['-0.0', '0000000000000001'],
    ['.5', '0001ffff0000000113' + '88'],
  ];
  for (const [value, hex] of encoded) {
    test(`${value} is encoded`, () => {
      expect(Buffer.from(types.find(1700)?.encodeBinary(value) ?? []).toString('hex')).toBe(hex);
    });
  }
});

describe('dates', () => {
  test('days and civil days are each other’s reverse over all of PostgreSQL’s range', () => {
    for (let days = -2_451_545; days < 2_145_031_949; days += 1_234_567) {
      expect(daysSince2000(civilDay(days))).toBe(days);
    }
    expect(civilDay(-2_451_545)).toEqual({ year: -4713, month: 11, day: 24 });
    expect(civilDay(59)).toEqual({ year: 2000, month: 2, day: 29 });
  });

  test('a timestamptz is in UTC whatever the session’s time zone', () => {
    expect(text(1184, '1900-01-01 05:21:10+05:21:10')).toBe('1900-01-01 00:00:00+00');
    expect(text(1184, '2024-02-29 10:00:00.5-08')).toBe('2024-02-29 18:00:00.5+00');
    expect(text(1184, '0044-03-15 23:30:00-01 BC')).toBe('0044-03-16 00:30:00+00 BC');
    expect(text(1184, 'Fri Feb 02 23:05:06.7 2024 EST')).toBe('Fri Feb 02 23:05:06.7 2024 EST');
  });

  test('Date objects on request', () => {
    const withDates = types.with(...dateCodecs);
    const bytes = new TextEncoder().encode('2024-02-29 12:00:00.123999+02');
    expect(withDates.find(1184)?.decodeText(bytes, 0, bytes.length)).toEqual(new Date('2024-02-29T10:00:00.123Z'));
    const array = new TextEncoder().encode('{2024-01-01,infinity}');
    const dates = withDates.find(1182)?.decodeText(array, 0, array.length);
    const [day, never] = Array.isArray(dates) ? dates : [];
    expect(day).toEqual(new Date('2024-01-01T00:00:00Z'));
    expect(Number.isNaN(never?.getTime())).toBe(true);
  });

  test('Date parameters are UTC text, also BC', () => {
    expect(inferParameter(new Date('2024-02-29T10:00:00.120Z'))).toBe('2024-02-29 10:00:00.12+00');
    expect(inferParameter(new Date(-62_198_755_200_000))).toBe('0002-01-01 00:00:00+00 BC');
    expect(() => inferParameter(new Date(Number.NaN))).toThrow(expect.toSatisfy(isUsageError) as Error);
  });
});

describe('intervals', () => {
  const value = { months: 14, days: -3, microseconds: 14_706_789_000n };
  for (const style of [
    '1 year 2 mons -3 days +04:05:06.789',
    '@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs',
    '+1-2 -3 +4:05:06.789',
    'P1Y2M-3DT4H5M6.789S',
  ]) {
    test(style, () => expect(parseInterval(style)).toEqual(value));
  }

  test('ago turns all signs round', () => {
    expect(parseInterval('@ 1 mon 2 days ago')).toEqual({ months: -1, days: -2, microseconds: -0n });
  });

  test('zero in four styles', () => {
    const zero = { months: 0, days: 0, microseconds: 0n };
    for (const style of ['00:00:00', '@ 0', '0', 'PT0S']) expect(parseInterval(style)).toEqual(zero);
  });

  test('negative times below a second keep their sign', () => {
    expect(parseInterval('-00:00:00.5')).toEqual({ months: 0, days: 0, microseconds: -500_000n });
    expect(intervalText({ months: 0, days: 0, microseconds: -500_000n })).toBe('0 mons 0 days -0.500000 secs');
  });

  test('a megabyte of digits is refused in no time', () => {
    expect(() => parseInterval(`${'9'.repeat(1_000_000)} parsecs`)).toThrow('malformed value of type interval');
  });
});

describe('composites', () => {
  const int4 = types.find(23);
  const string = types.find(25);
  if (int4 === undefined || string === undefined) throw new Error('int4 and text must be known');
  const codec = compositeCodec(16_500, 0, 'pair', [
    { name: '__proto__', codec: int4 },
    { name: 'label', codec: string },
  ]);

  function pairOf(literal: string): unknown {
    const bytes = new TextEncoder().encode(literal);
    return codec.decodeText(bytes, 0, bytes.length);
  }

  test('in text and binary, also with a hostile attribute name', () => {
    const pair = pairOf('(1,"a ""b\\\\")');
    expect(Object.entries(pair as object)).toEqual([
      ['__proto__', 1],
      ['label', 'a "b\\'],
    ]);
    const bytes = codec.encodeBinary(pair);
    expect(codec.decodeBinary(bytes, 0, bytes.length)).toEqual(pair);
    expect(codec.encodeText(pair)).toBe('(1,"a ""b\\\\")');
    expect(({} as Record<string, unknown>)['label']).toBeUndefined();
  });

  test('nothing is NULL, quotes are the empty string, blanks are data', () => {
    expect(Object.values(pairOf('(,"")') as object)).toEqual([null, '']);
    expect(Object.values(pairOf('(2, x )') as object)).toEqual([2, ' x ']);
    expect(() => pairOf('(1)')).toThrow('malformed value of type pair');
    expect(() => pairOf('(1,"x)')).toThrow('malformed value of type pair');
  });

  test('records that nest without end are refused', () => {
    let hex = '00000000';
    for (let depth = 0; depth < 40; depth++) {
      hex = `00000001000008c9${(hex.length / 2).toString(16).padStart(8, '0')}${hex}`;
    }
    expect(() => binary(2249, hex)).toThrow('malformed value of type record');
  });
});

describe('text search', () => {
  test('a query that nests without end is refused', () => {
    expect(() => binary(3615, `0000ffff${'0201'.repeat(60_000)}`)).toThrow('malformed value of type tsquery');
  });
});

describe('a registry', () => {
  test('replacing an element changes its arrays and ranges', () => {
    const int8 = types.find(20);
    if (int8 === undefined) throw new Error('int8 must be known');
    const numbers = types.with({
      ...int8,
      decodeText: (bytes, start, end) => Number(int8.decodeText(bytes, start, end)),
    });
    const decode = (oid: number, literal: string): unknown => {
      const bytes = new TextEncoder().encode(literal);
      return numbers.find(oid)?.decodeText(bytes, 0, bytes.length);
    };
    expect(decode(20, '5')).toBe(5);
    expect(decode(1016, '{5,6}')).toEqual([5, 6]);
    expect(decode(3926, '[1,5)')).toMatchObject({ lower: 1, upper: 5 });
    expect(text(20, '5')).toBe(5n);
  });

  test('unknown types are text, or bytes of their own in binary', () => {
    const field = { name: 'x', tableOid: 0, columnNumber: 0, typeOid: 99_999, typeSize: -1, typeModifier: -1 };
    const bytes = new Uint8Array([104, 105]);
    expect(types.decoderFor({ ...field, format: 0 })(bytes, 0, 2)).toBe('hi');
    const copy = types.decoderFor({ ...field, format: 1 })(bytes, 0, 2);
    bytes.fill(0);
    expect(copy).toEqual(new Uint8Array([104, 105]));
  });

  test('parameters of the wrong kind are refused before anything is sent', () => {
    for (const [oid, value] of [
      [23, 1.5],
      [23, 2 ** 31],
      [21, 40_000],
      [26, -1],
      [16, 'yes'],
      [2950, 'no-uuid'],
      [1186, { months: 1 }],
      [869, '1.2.3'],
      [1560, '102'],
    ] as const) {
      expect(() => types.find(oid)?.encodeBinary(value)).toThrow(expect.toSatisfy(isUsageError) as Error);
    }
    expect(() => inferParameter(Symbol('x'))).toThrow(expect.toSatisfy(isUsageError) as Error);
    expect(() => inferParameter(() => 1)).toThrow(expect.toSatisfy(isUsageError) as Error);
  });
});
