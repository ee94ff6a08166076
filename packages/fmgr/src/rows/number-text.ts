import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { MAX_QUOTIENT_POWER } from './decimal-quotient.ts';
import { FUNCTION } from './layout.ts';

// Numbers as their output functions spell them. Each function answers 1 and leaves the value where it was asked to, or
// answers 0 and leaves the matter to the type's input function: for every other spelling and for every error.

const ZERO = 0x30;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const EXPONENT = 0x65;

const FAIL = w.leave(w.i32(0));

/** More digits might not fit. */
const MAX_INTEGER_DIGITS = 18;
/** Integers up to 2^53, and powers of ten up to 10^22, are exact doubles: so is the correctly rounded quotient. */
const MAX_EXACT_MANTISSA = 2n ** 53n;
const MAX_EXACT_POWER = 22;
/** Any integer of so many digits is below 2^64; shortest spellings of doubles have 17. */
const MAX_FLOAT_DIGITS = 19;

/** Locals of {@link integerTextBody} after the parameters. */
export const INTEGER_LOCALS = ['i32', 'i32', 'i32', 'i64'] as const;

/** (address, length, target) → 1 and the int64 at the target, or 0. */
export function integerTextBody(): Code {
  const [at, length, target, end, digit, negative, value] = [0, 1, 2, 3, 4, 5, 6];
  return [
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.when(w.isZero(w.get(length)), FAIL),
    ...w.when(w.tee(negative, w.equal(w.load8(w.get(at)), w.i32(MINUS))), w.set(at, w.add(w.get(at), w.i32(1)))),
    ...w.when(w.greater(w.sub(w.sub(w.get(end), w.get(at)), w.i32(1)), w.i32(MAX_INTEGER_DIGITS - 1)), FAIL),
    ...w.loop(
      w.when(w.greater(w.tee(digit, w.sub(w.load8(w.get(at)), w.i32(ZERO))), w.i32(9)), FAIL),
      w.set(value, w.add64(w.mul64(w.get(value), w.i64(10n)), w.extend(w.get(digit)))),
      w.branchIf(w.less(w.tee(at, w.add(w.get(at), w.i32(1))), w.get(end)), 0),
    ),
    ...w.when(w.get(negative), w.set(value, w.sub64(w.i64(0n), w.get(value)))),
    ...w.store64(w.get(target), w.get(value)),
    ...w.i32(1),
  ];
}

/** Locals of {@link floatTextBody} after the parameters. */
export const FLOAT_LOCALS = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i64', 'f64', 'f64'] as const;

/** (address, length, target) → 1 and the double at the target, or 0: mantissa and power of ten are exact, or the division is. */
export function floatTextBody(): Code {
  const [at, length, target, end, char, negative, digits, exponent, explicit] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const [mantissa, value, power] = [9, 10, 11];
  const step = w.set(at, w.add(w.get(at), w.i32(1)));
  const nextChar = w.tee(char, w.load8(w.get(at)));
  const digit = w.sub(w.get(char), w.i32(ZERO));
  // Reads digits into the mantissa until something else comes; `perDigit` runs for each.
  const readDigits = (perDigit: Code): Code =>
    w.block(
      w.loop(
        w.branchIf(w.equal(w.get(at), w.get(end)), 1),
        w.branchIf(w.greater(w.sub(nextChar, w.i32(ZERO)), w.i32(9)), 1),
        // Zeros in front are none of the digits.
        w.set(digits, w.add(w.get(digits), w.notEqual(w.or(w.get(digits), digit), w.i32(0)))),
        w.set(mantissa, w.add64(w.mul64(w.get(mantissa), w.i64(10n)), w.extend(digit))),
        perDigit,
        step,
        w.branch(0),
      ),
    );
  const readExponent = [
    ...step,
    // An exponent has a sign and two or three digits; the integer reader takes the minus, a plus is stepped over.
    ...w.when(w.equal(w.get(at), w.get(end)), FAIL),
    ...w.when(w.equal(w.load8(w.get(at)), w.i32(PLUS)), step, w.when(w.equal(w.load8(w.get(at)), w.i32(MINUS)), FAIL)),
    ...w.when(w.greater(w.sub(w.get(end), w.get(at)), w.i32(4)), FAIL),
    ...w.when(w.isZero(w.call(FUNCTION.integerText, w.get(at), w.sub(w.get(end), w.get(at)), w.get(target))), FAIL),
    ...w.set(explicit, w.load32(w.get(target))),
    ...w.set(at, w.get(end)),
  ];
  const negated = w.sub(w.i32(0), w.get(exponent));
  const isExact = w.and(
    w.isZero(w.greater64(w.get(mantissa), w.i64(MAX_EXACT_MANTISSA))),
    w.lessOrEqual(w.add(w.get(exponent), w.i32(MAX_EXACT_POWER)), w.i32(2 * MAX_EXACT_POWER)),
  );
  const exactly = [
    ...w.set(value, w.toFloat(w.get(mantissa))),
    ...w.set(power, w.f64(1)),
    ...w.set(digits, w.choose(w.lessSigned(w.get(exponent), w.i32(0)), negated, w.get(exponent))),
    ...w.block(
      w.loop(
        w.branchIf(w.isZero(w.get(digits)), 1),
        w.set(power, w.mulFloat(w.get(power), w.f64(10))),
        w.set(digits, w.sub(w.get(digits), w.i32(1))),
        w.branch(0),
      ),
    ),
    ...w.either(
      w.lessSigned(w.get(exponent), w.i32(0)),
      w.set(value, w.divideFloat(w.get(value), w.get(power))),
      w.set(value, w.mulFloat(w.get(value), w.get(power))),
    ),
  ];
  return [
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.when(w.isZero(w.get(length)), FAIL),
    ...w.when(w.tee(negative, w.equal(w.load8(w.get(at)), w.i32(MINUS))), step),
    ...w.when(w.equal(w.get(at), w.get(end)), FAIL),
    ...w.when(w.greater(w.sub(nextChar, w.i32(ZERO)), w.i32(9)), FAIL),
    ...readDigits([]),
    ...w.when(
      w.less(w.get(at), w.get(end)),
      w.when(w.equal(nextChar, w.i32(POINT)), step, readDigits(w.set(exponent, w.sub(w.get(exponent), w.i32(1))))),
    ),
    ...w.when(w.greater(w.get(digits), w.i32(MAX_FLOAT_DIGITS)), FAIL),
    ...w.when(
      w.less(w.get(at), w.get(end)),
      w.either(w.equal(w.load8(w.get(at)), w.i32(EXPONENT)), readExponent, FAIL),
    ),
    ...w.set(exponent, w.add(w.get(exponent), w.get(explicit))),
    ...w.either(isExact, exactly, [
      ...w.when(w.greater(negated, w.i32(MAX_QUOTIENT_POWER)), FAIL),
      ...w.when(w.isZero64(w.get(mantissa)), FAIL),
      ...w.set(value, w.call(FUNCTION.decimalQuotient, w.get(mantissa), negated)),
    ]),
    ...w.when(w.get(negative), w.set(value, w.negateFloat(w.get(value)))),
    ...w.storeFloat(w.get(target), w.get(value)),
    ...w.i32(1),
  ];
}
