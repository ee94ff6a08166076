import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { FUNCTION } from './layout.ts';

// Dates and times in ISO style, the years 1 to 9999: read alike whatever DateStyle says. As in number-text.ts, the
// answer 0 leaves every other spelling, and every error, to the type's input function.

const FAIL = w.leave(w.i32(0));
const BAD = 100;
const USECS_PER_SEC = 1_000_000n;
const USECS_PER_DAY = 86_400_000_000n;
/** Days from 0000-03-01 to 2000-01-01. */
const EPOCH_DAYS = 730_425;

const DASH = 0x2d;
const SPACE = 0x20;
const COLON = 0x3a;
const POINT = 0x2e;
const PLUS = 0x2b;

const isNot = (address: Code, offset: number, char: number): Code => w.notEqual(w.load8(address, offset), w.i32(char));
const twoDigits = (address: Code): Code => w.call(FUNCTION.twoDigits, address);
const failUnlessBelow = (value: Code, end: number): Code => w.when(w.greaterOrEqual(value, w.i32(end)), FAIL);

/** Locals of {@link twoDigitsBody} after the parameters. */
export const TWO_DIGITS_LOCALS = ['i32', 'i32'] as const;

/** (address) → the number that two digits write, or 100. */
export function twoDigitsBody(): Code {
  const [at, tens, ones] = [0, 1, 2];
  return [
    ...w.when(w.greater(w.tee(tens, w.sub(w.load8(w.get(at)), w.i32(0x30))), w.i32(9)), w.leave(w.i32(BAD))),
    ...w.when(w.greater(w.tee(ones, w.sub(w.load8(w.get(at), 1), w.i32(0x30))), w.i32(9)), w.leave(w.i32(BAD))),
    ...w.add(w.mul(w.get(tens), w.i32(10)), w.get(ones)),
  ];
}

/** Locals of {@link dateTextBody} after the parameters. */
export const DATE_LOCALS = ['i32', 'i32', 'i32', 'i32', 'i32'] as const;

/** (address of ten bytes, target) → 1 and the days since 2000-01-01 as int32 at the target, or 0. */
export function dateTextBody(): Code {
  const [at, target, year, month, day, low, length] = [0, 1, 2, 3, 4, 5, 6];
  const divisible = (by: number): Code => w.isZero(w.remainder(w.get(year), w.i32(by)));
  const isLeap = w.and(divisible(4), w.or(w.isZero(divisible(100)), divisible(400)));
  // Years are counted from March, so that the day that comes and goes is the last.
  const marchMonth = w.remainder(w.add(w.get(month), w.i32(9)), w.i32(12));
  return [
    ...w.when(w.or(isNot(w.get(at), 4, DASH), isNot(w.get(at), 7, DASH)), FAIL),
    ...failUnlessBelow(w.tee(year, twoDigits(w.get(at))), BAD),
    ...failUnlessBelow(w.tee(low, twoDigits(w.add(w.get(at), w.i32(2)))), BAD),
    ...w.when(w.isZero(w.tee(year, w.add(w.mul(w.get(year), w.i32(100)), w.get(low)))), FAIL),
    ...failUnlessBelow(w.sub(w.tee(month, twoDigits(w.add(w.get(at), w.i32(5)))), w.i32(1)), 12),
    ...w.set(day, twoDigits(w.add(w.get(at), w.i32(8)))),
    // 31, but 30 in April, June, September and November, and 28 or 29 in February.
    ...w.set(
      length,
      w.choose(
        w.equal(w.get(month), w.i32(2)),
        w.add(w.i32(28), isLeap),
        w.sub(w.i32(31), w.and(w.shiftRight(w.i32(0b101001010000), w.get(month)), w.i32(1))),
      ),
    ),
    ...w.when(w.greaterOrEqual(w.sub(w.get(day), w.i32(1)), w.get(length)), FAIL),
    ...w.set(year, w.sub(w.get(year), w.lessSigned(w.get(month), w.i32(3)))),
    ...w.store32(
      w.get(target),
      w.sub(
        w.add(
          w.add(
            w.sub(
              w.add(w.mul(w.get(year), w.i32(365)), w.divide(w.get(year), w.i32(4))),
              w.divide(w.get(year), w.i32(100)),
            ),
            w.divide(w.get(year), w.i32(400)),
          ),
          w.sub(w.add(w.divide(w.add(w.mul(marchMonth, w.i32(153)), w.i32(2)), w.i32(5)), w.get(day)), w.i32(1)),
        ),
        w.i32(EPOCH_DAYS),
      ),
    ),
    ...w.i32(1),
  ];
}

/** Locals of {@link timestampTextBody} after the parameters. */
export const TIMESTAMP_LOCALS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i64'] as const;

/** (address, length, target, with time zone) → 1 and the microseconds since 2000-01-01 at the target, or 0. */
export function timestampTextBody(): Code {
  const [at, length, target, zoned, end, part, seconds, fraction, scale, sign, value] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ];
  const step = (bytes: number): Code => w.set(at, w.add(w.get(at), w.i32(bytes)));
  const addPart = (limit: number, factor: number): Code => [
    ...failUnlessBelow(w.get(part), limit),
    ...w.set(seconds, w.add(w.get(seconds), w.mul(w.get(part), w.i32(factor)))),
  ];
  const readFraction: Code = [
    ...step(1),
    ...w.set(scale, w.i32(1_000_000)),
    ...w.block(
      w.loop(
        w.branchIf(w.equal(w.get(at), w.get(end)), 1),
        w.branchIf(w.greater(w.tee(part, w.sub(w.load8(w.get(at)), w.i32(0x30))), w.i32(9)), 1),
        w.when(w.isZero(w.tee(scale, w.divide(w.get(scale), w.i32(10)))), FAIL),
        w.set(fraction, w.add(w.get(fraction), w.mul(w.get(part), w.get(scale)))),
        step(1),
        w.branch(0),
      ),
    ),
  ];
  const subtractZonePart = (limit: number, factor: number): Code => [
    ...w.when(w.lessSigned(w.sub(w.get(end), w.get(at)), w.i32(2)), FAIL),
    ...failUnlessBelow(w.tee(part, twoDigits(w.get(at))), limit),
    ...w.set(seconds, w.sub(w.get(seconds), w.mul(w.get(sign), w.mul(w.get(part), w.i32(factor))))),
    ...step(2),
  ];
  const more = w.less(w.get(at), w.get(end));
  const colon: Code = [...w.when(isNot(w.get(at), 0, COLON), FAIL), ...step(1)];
  const readZone: Code = [
    ...w.when(w.equal(w.get(at), w.get(end)), FAIL),
    ...w.set(sign, w.sub(w.i32(0), w.equal(w.load8(w.get(at)), w.i32(DASH)))),
    ...w.when(w.equal(w.load8(w.get(at)), w.i32(PLUS)), w.set(sign, w.i32(1))),
    ...w.when(w.isZero(w.get(sign)), FAIL),
    ...step(1),
    ...subtractZonePart(15, 3600),
    ...w.when(more, colon, subtractZonePart(60, 60)),
    ...w.when(more, colon, subtractZonePart(60, 1)),
  ];
  return [
    ...w.when(w.lessSigned(w.get(length), w.i32(19)), FAIL),
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.when(w.or(isNot(w.get(at), 10, SPACE), w.or(isNot(w.get(at), 13, COLON), isNot(w.get(at), 16, COLON))), FAIL),
    ...w.when(w.isZero(w.call(FUNCTION.dateText, w.get(at), w.get(target))), FAIL),
    ...w.set(part, twoDigits(w.add(w.get(at), w.i32(11)))),
    ...addPart(24, 3600),
    ...w.set(part, twoDigits(w.add(w.get(at), w.i32(14)))),
    ...addPart(60, 60),
    ...w.set(part, twoDigits(w.add(w.get(at), w.i32(17)))),
    ...addPart(60, 1),
    ...step(19),
    ...w.when(more, w.when(w.equal(w.load8(w.get(at)), w.i32(POINT)), readFraction)),
    ...w.when(w.get(zoned), readZone),
    ...w.when(w.notEqual(w.get(at), w.get(end)), FAIL),
    ...w.set(
      value,
      w.add64(
        w.add64(
          w.mul64(w.extendSigned(w.load32(w.get(target))), w.i64(USECS_PER_DAY)),
          w.mul64(w.extendSigned(w.get(seconds)), w.i64(USECS_PER_SEC)),
        ),
        w.extendSigned(w.get(fraction)),
      ),
    ),
    ...w.store64(w.get(target), w.get(value)),
    ...w.i32(1),
  ];
}
