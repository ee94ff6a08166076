import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { asciiText, malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** An interval as PostgreSQL keeps it: three parts that cannot be turned into one another (manual: "Interval Input"). */
export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly microseconds: bigint;
}

/** PostgreSQL 17 and later know intervals without end. */
export type IntervalValue = Interval | 'infinity' | '-infinity';

const MAX = { months: 0x7fff_ffff, days: 0x7fff_ffff, microseconds: 2n ** 63n - 1n } as const;
const MIN = { months: -0x8000_0000, days: -0x8000_0000, microseconds: -(2n ** 63n) } as const;

const CLOCK = /^([+-]?)([0-9]+):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?$/;
const YEAR_MONTH = /^([+-]?)([0-9]+)-([0-9]+)$/;
const UNITS: ReadonlyMap<string, { readonly months?: number; readonly days?: number; readonly seconds?: number }> =
  new Map([
    ['year', { months: 12 }],
    ['mon', { months: 1 }],
    ['month', { months: 1 }],
    ['week', { days: 7 }],
    ['day', { days: 1 }],
    ['hour', { seconds: 3600 }],
    ['min', { seconds: 60 }],
    ['minute', { seconds: 60 }],
    ['sec', { seconds: 1 }],
    ['second', { seconds: 1 }],
  ] as const);

/** Parts under construction. */
interface Sum {
  months: number;
  days: number;
  microseconds: bigint;
}

/**
 * Reads an interval in any of the four values of IntervalStyle.
 *
 * @example
 * ```ts
 * parseInterval('1 mon 2 days'); // { months: 1, days: 2, microseconds: 0n }
 * ```
 */
export function parseInterval(text: string): IntervalValue {
  if (text === 'infinity' || text === '-infinity') return text;
  const sum: Sum = { months: 0, days: 0, microseconds: 0n };
  if (text.startsWith('P')) {
    parseIso8601(text, sum);
  } else {
    const words = text.replace(/^@ /, '').split(' ');
    const isAgo = words.at(-1) === 'ago';
    parseWords(isAgo ? words.slice(0, -1) : words, sum);
    if (isAgo) return { months: -sum.months, days: -sum.days, microseconds: -sum.microseconds };
  }
  return sum;
}

/** `1 year 2 mons -3 days 04:05:06`, `1 year … 4 hours`, and the SQL standard's `+1-2 -3 +4:05:06`. */
function parseWords(words: readonly string[], sum: Sum): void {
  // In the standard's style a sign in front of the first field rules the fields without one.
  const inherited = words[0]?.startsWith('-') && words.every((word) => /^[-0-9:.]+$/.test(word)) ? '-' : '';
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const unit = words[index + 1];
    if (unit !== undefined && /^[a-z]+$/.test(unit)) {
      addUnit(sum, word, unit);
      index += 1;
    } else if (!addClock(sum, word, inherited) && !addYearMonth(sum, word) && !addDays(sum, word, inherited)) {
      throw malformed('interval');
    }
  }
}

function addUnit(sum: Sum, amount: string, unit: string): void {
  const scale = UNITS.get(unit.replace(/s$/, ''));
  const [, sign, whole = '', fraction = ''] = /^([+-]?)([0-9]+)(?:\.([0-9]{1,6}))?$/.exec(amount) ?? [];
  if (scale === undefined || sign === undefined) throw malformed('interval');
  const count = sign === '-' ? -Number(whole) : Number(whole);
  sum.months += count * (scale.months ?? 0);
  sum.days += count * (scale.days ?? 0);
  if (scale.seconds === undefined) return;
  const microseconds = BigInt(whole) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  sum.microseconds += (sign === '-' ? -microseconds : microseconds) * BigInt(scale.seconds);
}

function addClock(sum: Sum, word: string, inherited: string): boolean {
  const [, sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = CLOCK.exec(word) ?? [];
  if (sign === undefined) return false;
  const whole = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const microseconds = whole * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
  sum.microseconds += (sign || inherited) === '-' ? -microseconds : microseconds;
  return true;
}

function addYearMonth(sum: Sum, word: string): boolean {
  const [, sign, years = '0', months = '0'] = YEAR_MONTH.exec(word) ?? [];
  if (sign === undefined) return false;
  const count = Number(years) * 12 + Number(months);
  sum.months += sign === '-' ? -count : count;
  return true;
}

/** A bare number is days in the standard's style; `0` is the empty interval in two styles. */
function addDays(sum: Sum, word: string, inherited: string): boolean {
  if (!/^[+-]?[0-9]+$/.test(word)) return false;
  sum.days += inherited === '-' && !word.startsWith('-') ? -Number(word) : Number(word);
  return true;
}

function parseIso8601(text: string, sum: Sum): void {
  const [, date, clock = ''] = /^P((?:-?[0-9]+[YMWD])*)(?:T((?:-?[0-9.]+[HMS])*))?$/.exec(text) ?? [];
  if (date === undefined) throw malformed('interval');
  const dateUnits: Readonly<Record<string, string>> = { Y: 'year', M: 'mon', W: 'week', D: 'day' };
  const clockUnits: Readonly<Record<string, string>> = { H: 'hour', M: 'min', S: 'sec' };
  for (const [, amount = '', letter = ''] of date.matchAll(/(-?[0-9]+)([YMWD])/g)) {
    addUnit(sum, amount, dateUnits[letter] ?? '');
  }
  for (const [, amount = '', letter = ''] of clock.matchAll(/(-?[0-9.]+)([HMS])/g)) {
    addUnit(sum, amount, clockUnits[letter] ?? '');
  }
}

function requireInterval(value: unknown): IntervalValue {
  if (value === 'infinity' || value === '-infinity') return value;
  if (typeof value === 'string') return parseInterval(value);
  const { days, microseconds, months } = (value ?? {}) as Partial<Interval>;
  if (!Number.isInteger(months) || !Number.isInteger(days) || typeof microseconds !== 'bigint') {
    throw wrongKind('interval', '{ months, days, microseconds: bigint }');
  }
  return value as Interval;
}

function boundsOf(value: IntervalValue): Interval {
  if (typeof value === 'object') return value;
  return value === 'infinity' ? MAX : MIN;
}

/**
 * An interval as text that every server reads.
 *
 * @example
 * ```ts
 * intervalText({ months: 1, days: 2, microseconds: 3_000_000n }); // '1 mons 2 days 3.000000 secs'
 * ```
 */
export function intervalText(value: unknown): string {
  const interval = requireInterval(value);
  if (typeof interval === 'string') return interval;
  const { days, microseconds, months } = interval;
  const absolute = microseconds < 0n ? -microseconds : microseconds;
  const seconds = `${absolute / 1_000_000n}.${String(absolute % 1_000_000n).padStart(6, '0')}`;
  return `${months} mons ${days} days ${microseconds < 0n ? '-' : ''}${seconds} secs`;
}

/** interval as its three parts. */
export const intervalCodecs: readonly TypeCodec[] = [
  {
    oid: 1186,
    arrayOid: 1187,
    name: 'interval',
    preferredFormat: 1,
    decodeText: (bytes, start, end) => parseInterval(asciiText(bytes, start, end)),
    decodeBinary(bytes, start, end): IntervalValue {
      const cursor = new ByteCursor('interval', bytes, start, end);
      const microseconds = cursor.int64();
      const days = cursor.int32();
      const months = cursor.int32();
      cursor.finish();
      if (microseconds === MAX.microseconds && days === MAX.days && months === MAX.months) return 'infinity';
      if (microseconds === MIN.microseconds && days === MIN.days && months === MIN.months) return '-infinity';
      return { months, days, microseconds };
    },
    encodeText: intervalText,
    encodeBinary(value) {
      const { days, microseconds, months } = boundsOf(requireInterval(value));
      return new ByteBuilder().int64(microseconds).int32(days).int32(months).take();
    },
  },
];
