/** Date and time in ISO 8601, as PostgreSQL writes them, read from their bytes. */

import { EPOCH_SHIFT } from './calendar.ts';
import { fourDigits } from './four-digits.ts';

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const COLON = 0x3a;
const POINT = 0x2e;
const BLANK = 0x20;
const LETTER_T = 0x54;
const DAY_SECONDS = 86_400;
const MAX_FRACTION_DIGITS = 6;
/** How many microseconds the last of so many digits behind the point is. */
const FRACTION_UNITS = [0, 100_000, 10_000, 1000, 100, 10, 1];

/** Two digits; negative when there are none, so that one look at all parts together tells whether they are right. */
function two(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] ?? 0) - ZERO;
  const ones = (bytes[at + 1] ?? 0) - ZERO;
  return (tens | ones | (9 - tens) | (9 - ones)) < 0 ? -1 : tens * 10 + ones;
}

/** Days since 2000 of `YYYY-MM-DD`; NaN for anything else, years with more digits and years BC among it. */
export function readIsoDay(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 10 || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return Number.NaN;
  const century = two(bytes, start);
  const yearOfCentury = two(bytes, start + 2);
  // A year 0 is none: what is written so has its own rules.
  if ((century | yearOfCentury) <= 0) return Number.NaN;
  const month = two(bytes, start + 5);
  const day = two(bytes, start + 8);
  return month > 0 && day > 0 ? dayNumber(century * 100 + yearOfCentury, month, day) : Number.NaN;
}

/** Days since 2000 in integers, for years above 0; see daysSince2000 for all others. */
function dayNumber(year: number, month: number, day: number): number {
  const fromMarch = month <= 2 ? year - 1 : year;
  const leapDays = ((fromMarch / 4) | 0) - ((fromMarch / 100) | 0) + ((fromMarch / 400) | 0);
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  return 365 * fromMarch + leapDays + dayOfYear - EPOCH_SHIFT;
}

/** Seconds since 2000 of `YYYY-MM-DD HH:MM:SS`; NaN for anything else, see {@link readIsoDay}. */
function secondsOf(bytes: Uint8Array, start: number): number {
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN;
  const hours = two(bytes, start + 11);
  const minutes = two(bytes, start + 14);
  const seconds = two(bytes, start + 17);
  if ((hours | minutes | seconds) < 0) return Number.NaN;
  return readIsoDay(bytes, start, start + 10) * DAY_SECONDS + (hours * 60 + minutes) * 60 + seconds;
}

/**
 * The same from six words of four bytes. Whatever stands beside two digits is part of their word, and nothing of it is
 * left when it is what it should be; what is left of a digit is 0 to 9, and anything else has, or gets by adding 6, a
 * bit in the upper half of its byte.
 */
function secondsOfWords(view: DataView, start: number): number {
  const year = fourDigits(view, start);
  const month = view.getInt32(start + 4, true) ^ 0x2d30_302d;
  const day = view.getInt32(start + 7, true) ^ 0x0030_302d;
  const hours = view.getInt32(start + 10, true) ^ 0x3a30_3000;
  const minutes = view.getInt32(start + 13, true) ^ 0x3a30_303a;
  const seconds = view.getInt32(start + 15, true) ^ 0x3030_3a00;
  const wrong =
    ((month | (month + 0x0006_0600)) & 0xfff0_f0ff) |
    ((day | (day + 0x0006_0600)) & 0x00f0_f0ff) |
    ((hours | (hours + 0x0006_0600)) & 0xfff0_f000) |
    ((minutes | (minutes + 0x0006_0600)) & 0xfff0_f0ff) |
    ((seconds | (seconds + 0x0606_0000)) & 0xf0f0_ff00);
  if (wrong !== 0 || year <= 0) return Number.NaN;
  const monthNumber = middlePair(month);
  const dayOfMonth = middlePair(day);
  if (monthNumber === 0 || dayOfMonth === 0) return Number.NaN;
  const clock = (middlePair(hours) * 60 + middlePair(minutes)) * 60 + middlePair(seconds >>> 8);
  return dayNumber(year, monthNumber, dayOfMonth) * DAY_SECONDS + clock;
}

/** The number of the digits in the second and the third byte of a word. */
function middlePair(word: number): number {
  return ((word >> 8) & 15) * 10 + ((word >> 16) & 15);
}

/**
 * Microseconds since 2000 of `YYYY-MM-DD HH:MM:SS[.ffffff][±HH[:MM[:SS]]]`, in UTC when there is an offset; NaN for
 * anything else, and where a number would not be exact: dates before 1714 or after 2285. With a view of the bytes'
 * memory it takes half the time.
 */
export function readIsoTimestamp(bytes: Uint8Array, start: number, end: number, view?: DataView): number {
  if (end - start < 19 || (bytes[start + 10] !== BLANK && bytes[start + 10] !== LETTER_T)) return Number.NaN;
  const whole = view === undefined ? secondsOf(bytes, start) : secondsOfWords(view, start);
  let fraction = 0;
  let at = start + 19;
  if (at < end && bytes[at] === POINT) {
    const first = ++at;
    const four = view === undefined || end - at < 4 ? -1 : fourDigits(view, at);
    if (four >= 0) {
      fraction = four;
      at += 4;
    }
    for (; at < end && at - first < MAX_FRACTION_DIGITS; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      fraction = fraction * 10 + digit;
    }
    if (at === first) return Number.NaN;
    fraction *= FRACTION_UNITS[at - first] ?? 0;
  }
  const value = (whole - readOffset(bytes, at, end)) * 1_000_000 + fraction;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

/** Seconds east of Greenwich; 0 for no offset, NaN for what is none. */
function readOffset(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0;
  const sign = bytes[start] === PLUS ? 1 : -1;
  if (sign < 0 && bytes[start] !== MINUS) return Number.NaN;
  const hours = two(bytes, start + 1);
  if (hours < 0) return Number.NaN;
  let seconds = hours * 3600;
  let at = start + 3;
  for (let unit = 60; at < end && unit >= 1; unit /= 60, at += 3) {
    const part = two(bytes, at + 1);
    if (bytes[at] !== COLON || part < 0) return Number.NaN;
    seconds += part * unit;
  }
  return at === end ? sign * seconds : Number.NaN;
}
