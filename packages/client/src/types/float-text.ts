import { asciiText, malformed } from './bytes.ts';

/**
 * Theory of operation
 * -------------------
 * A float's text is an integer of decimal digits over a power of ten. Up to 15 digits the integer is exact in a float8,
 * up to 10^22 so is the power, and one division is then rounded correctly (Clinger 1990). PostgreSQL writes up to 17
 * digits: these are held as the unevaluated sum of two floats, divided with an error below 2^-100 of the quotient, and
 * the sum of quotient and correction is the nearest float unless the quotient lies that close to the middle between
 * two. Then, and for exponents, infinities and whatever else, the platform's own parser decides.
 */

/** Powers of ten that a float8 holds exactly. */
const EXACT_POWERS = 22;
const POWERS: readonly number[] = Array.from({ length: EXACT_POWERS + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** Any integer of so many digits is a float8. */
const EXACT_DIGITS = 15;
/** With these behind them the product of {@link longQuotient} is exact, too. */
const MAX_DIGITS = 19;
/** No float's text is longer. */
const MAX_TEXT_BYTES = 32;
/** Far above the error of the corrected quotient, far below what tells two floats apart. */
const DOUBT = 2 ** -96;
/** Splits a float into two of 26 bits each (Dekker 1971). */
const SPLITTER = 2 ** 27 + 1;

/** The float8 nearest to a decimal text; throws RemoteProtocolError for what is none. */
export function parseFloatText(name: string, bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d;
  let at = isNegative ? start + 1 : start;
  let digits = 0;
  let point = -1;
  let head = 0;
  let tail = 0;
  for (; at < end; at++) {
    const byte = bytes[at] ?? 0;
    const digit = byte - 0x30;
    if (digit >= 0 && digit <= 9) {
      // Zeros in front of the first other digit do not count.
      if (digits !== 0 || digit !== 0) digits++;
      if (digits <= EXACT_DIGITS) head = head * 10 + digit;
      else tail = tail * 10 + digit;
    } else if (byte === 0x2e && point < 0) {
      point = at;
    } else {
      return parseSlowly(name, bytes, start, end);
    }
  }
  const scale = point < 0 ? 0 : end - point - 1;
  const hasDigits = end - start > (isNegative ? 1 : 0) + (point < 0 ? 0 : 1);
  if (!hasDigits || digits > MAX_DIGITS || scale > EXACT_POWERS) return parseSlowly(name, bytes, start, end);
  const power = POWERS[scale] ?? 1;
  const value = digits <= EXACT_DIGITS ? head / power : longQuotient(head, tail, digits - EXACT_DIGITS, power);
  if (Number.isNaN(value)) return parseSlowly(name, bytes, start, end);
  return isNegative ? -value : value;
}

/** (head × 10^tailDigits + tail) ÷ power, correctly rounded; NaN when that is in doubt. */
function longQuotient(head: number, tail: number, tailDigits: number, power: number): number {
  const shift = POWERS[tailDigits] ?? 1;
  const lower = head % 2 ** 27;
  const upper = (head - lower) * shift;
  const rest = lower * shift + tail;
  const high = upper + rest;
  const low = rest - (high - upper);
  if (power === 1) return high;
  const quotient = high / power;
  const product = quotient * power;
  const correction = (high - product - productError(quotient, power, product) + low) / power;
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
