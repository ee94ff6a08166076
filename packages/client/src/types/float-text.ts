import { asciiText, malformed } from './bytes.ts';

/**
 * Theory of operation
 * -------------------
 * A float's text is an integer of decimal digits over a power of ten. Up to 15 digits the integer is exact in a float8,
 * up to 10^22 so is the power, and one division is then rounded correctly (Clinger 1990). PostgreSQL writes up to 17
 * digits: these are held as the unevaluated sum of two floats, divided with an error below 2^-100 of the quotient, and
 * the sum of quotient and correction is the nearest float unless the quotient lies that close to the middle between
 * two. Then, and for exponents, infinities and whatever else, the platform's own parser decides.
 *
 * Digits are gathered in groups that are small integers of the engine: an integer is ready for the next digit several
 * times as soon as a float is.
 */

/** Powers of ten that a float8 holds exactly. */
const EXACT_POWERS = 22;
const POWERS: readonly number[] = Array.from({ length: EXACT_POWERS + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** Digits of the first, the second and the third group: two groups are exact in a float8, three in the sum of two. */
const FIRST_GROUP = 8;
const SECOND_GROUP = 7;
const THIRD_GROUP = 4;
/** No float's text is longer. */
const MAX_TEXT_BYTES = 32;
/** Far above the error of the corrected quotient, far below what tells two floats apart. */
const DOUBT = 2 ** -96;
/** Splits a float into two of 26 bits each (Dekker 1971). */
const SPLITTER = 2 ** 27 + 1;
const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** The float8 nearest to a decimal text; throws RemoteProtocolError for what is none. */
export function parseFloatText(name: string, bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  let at = first;
  let point = -1;
  // Zeros in front of the first other digit do not count.
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === POINT && point < 0) point = at;
    else if (byte !== ZERO) break;
  }
  let groups = 1;
  let room = FIRST_GROUP;
  let digits = 0;
  let high = 0;
  let middle = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (room === 0) {
        if (groups === 3) return parseSlowly(name, bytes, start, end);
        if (groups === 1) high = digits;
        else middle = digits;
        room = groups === 1 ? SECOND_GROUP : THIRD_GROUP;
        groups++;
        digits = 0;
      }
      digits = digits * 10 + digit;
      room--;
    } else if (digit === POINT - ZERO && point < 0) {
      point = at;
    } else {
      return parseSlowly(name, bytes, start, end);
    }
  }
  const scale = point < 0 ? 0 : end - point - 1;
  const hasDigits = end - first > (point < 0 ? 0 : 1);
  if (!hasDigits || scale > EXACT_POWERS) return parseSlowly(name, bytes, start, end);
  const power = POWERS[scale] ?? 1;
  let value = 0;
  if (groups === 1) value = digits / power;
  else if (groups === 2) value = (high * (POWERS[SECOND_GROUP - room] ?? 1) + digits) / power;
  else value = longQuotient(high, middle, digits, POWERS[THIRD_GROUP - room] ?? 1, power);
  if (Number.isNaN(value)) return parseSlowly(name, bytes, start, end);
  return first === start ? value : -value;
}

/** ((high × 10^7 + middle) × shift + digits) ÷ power, correctly rounded; NaN when that is in doubt. */
function longQuotient(high: number, middle: number, digits: number, shift: number, power: number): number {
  // Both are exact: 5^11 has 26 bits and eight digits have 27, which a float holds; the rest is below 10^11.
  const upper = high * 1e7 * shift;
  const rest = middle * shift + digits;
  const dividend = upper + rest;
  const low = rest - (dividend - upper);
  if (power === 1) return dividend;
  const quotient = dividend / power;
  const product = quotient * power;
  const correction = (dividend - product - productError(quotient, power, product) + low) / power;
  const doubt = quotient * DOUBT;
  const value = quotient + (correction - doubt);
  return value === quotient + (correction + doubt) ? value : Number.NaN;
}

/** What `product`, the rounded product of two floats, lacks of the exact one (Dekker 1971). */
function productError(a: number, b: number, product: number): number {
  const aSplit = a * SPLITTER;
  const aHigh = aSplit - (aSplit - a);
  const aLow = a - aHigh;
  const bSplit = b * SPLITTER;
  const bHigh = bSplit - (bSplit - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** Text that is not plain digits with a point: exponents, NaN, infinities, many digits. */
function parseSlowly(name: string, bytes: Uint8Array, start: number, end: number): number {
  const text = end - start <= MAX_TEXT_BYTES ? asciiText(bytes, start, end) : '';
  const value = Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw malformed(name);
  return value;
}
