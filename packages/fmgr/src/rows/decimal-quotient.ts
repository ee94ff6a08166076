import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';

/** 5^27 is the last power of five below 2^63. */
export const MAX_QUOTIENT_POWER = 27;

/** Locals of {@link decimalQuotientBody} after the parameters. */
export const DECIMAL_QUOTIENT_LOCALS = ['i64', 'i64', 'i64', 'i64', 'i64', 'i32'] as const;

/**
 * (i64 mantissa, i32 power) → the double that is nearest to mantissa / 10^power, for a mantissa which is not zero and a
 * power up to {@link MAX_QUOTIENT_POWER}.
 *
 * Both are shifted up to 64 bits, the mantissa is divided by the power of five in whole numbers, and the two spare bits of
 * the quotient and whether anything is left say how to round: nothing is approximate before the one rounding at the end.
 */
export function decimalQuotientBody(): Code {
  const [mantissa, power, divisor, upper, digit, rest, quotient, shift] = [0, 1, 2, 3, 4, 5, 6, 7];
  const high = (value: Code): Code => w.shiftRight64(value, w.i64(32n));
  const low = (value: Code): Code => w.and64(value, w.i64(0xffffffffn));
  // 5^power, a bit of it after the other.
  const powerOfFive = [1, 2, 4, 8, 16].flatMap((bit) =>
    w.when(w.and(w.get(power), w.i32(bit)), w.set(divisor, w.mul64(w.get(divisor), w.i64(5n ** BigInt(bit))))),
  );
  // One digit of 32 bits of (upper, next) / divisor, as by hand: guessed from the divisor's upper half, at most 2 too many.
  const divideOnce = (next: Code): Code => [
    ...w.set(digit, w.divide64(w.get(upper), high(w.get(divisor)))),
    ...w.set(rest, w.sub64(w.get(upper), w.mul64(w.get(digit), high(w.get(divisor))))),
    ...w.block(
      w.loop(
        w.branchIf(
          w.isZero(
            w.or(
              w.isZero(w.isZero64(high(w.get(digit)))),
              w.greater64(
                w.mul64(w.get(digit), low(w.get(divisor))),
                w.or64(w.shiftLeft64(w.get(rest), w.i64(32n)), next),
              ),
            ),
          ),
          1,
        ),
        w.set(digit, w.sub64(w.get(digit), w.i64(1n))),
        w.set(rest, w.add64(w.get(rest), high(w.get(divisor)))),
        w.branchIf(w.isZero64(high(w.get(rest))), 0),
      ),
    ),
    ...w.set(
      upper,
      w.sub64(w.or64(w.shiftLeft64(w.get(upper), w.i64(32n)), next), w.mul64(w.get(digit), w.get(divisor))),
    ),
    ...w.set(quotient, w.or64(w.shiftLeft64(w.get(quotient), w.i64(32n)), w.get(digit))),
  ];
  const leadingZeros = (value: number): Code => w.leadingZeros64(w.get(value));
  return [
    ...w.set(divisor, w.i64(1n)),
    ...powerOfFive,
    // mantissa / divisor is quotient / 2^63, shifted back by as much as the two were shifted apart.
    ...w.set(shift, w.wrap(w.sub64(leadingZeros(divisor), leadingZeros(mantissa)))),
    ...w.set(mantissa, w.shiftLeft64(w.get(mantissa), leadingZeros(mantissa))),
    ...w.set(divisor, w.shiftLeft64(w.get(divisor), leadingZeros(divisor))),
    ...w.set(upper, w.shiftRight64(w.get(mantissa), w.i64(1n))),
    ...divideOnce(w.shiftLeft64(w.and64(w.get(mantissa), w.i64(1n)), w.i64(31n))),
    ...divideOnce(w.i64(0n)),
    ...w.mulFloat(
      w.toFloat(w.or64(w.get(quotient), w.extend(w.isZero(w.isZero64(w.get(upper)))))),
      w.floatOfBits(w.shiftLeft64(w.extend(w.sub(w.add(w.get(shift), w.i32(1023 - 63)), w.get(power))), w.i64(52n))),
    ),
  ];
}
