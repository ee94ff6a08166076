import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { FUNCTION } from './layout.ts';

const ONES = 0x0101010101010101n;
const HIGHS = 0x8080808080808080n;

/** Locals after the parameters. */
export const VERIFY_LOCALS = ['i32', 'i32', 'i32', 'i32', 'i64'] as const;

/**
 * (address, length): raises 22021 unless the bytes are UTF-8 without zeros (RFC 3629).
 *
 * Whatever is not plainly right is shown to pg_verifymbstr, which words the error.
 */
export function verifyBody(): Code {
  const [at, length, end, left, lead, point, word] = [0, 1, 2, 3, 4, 5, 6];
  const continuation = (offset: number): Code => w.and(w.load8(w.get(at), offset), w.i32(0x3f));
  const isContinuation = (offset: number): Code => w.equal(w.and(w.load8(w.get(at), offset), w.i32(0xc0)), w.i32(0x80));
  const skip = (bytes: number): Code => w.set(at, w.add(w.get(at), w.i32(bytes)));

  // Eight bytes are read where fewer may be left: the buffer is padded, and bytes past the end are replaced by ones.
  const mask = w.sub64(w.shiftLeft64(w.i64(1n), w.extend(w.shiftLeft(w.get(left), w.i32(3)))), w.i64(1n));
  const maskTail = w.when(
    w.less(w.get(left), w.i32(8)),
    w.set(word, w.or64(w.and64(w.get(word), mask), w.and64(w.i64(ONES), w.xor64(mask, w.i64(-1n))))),
  );
  // A byte is suspect when it is zero or has its high bit set; below the lowest such byte all is ASCII.
  const suspects = w.and64(w.or64(w.sub64(w.get(word), w.i64(ONES)), w.get(word)), w.i64(HIGHS));

  const invalid = 2;
  const twoBytes: Code = [
    ...w.branchIf(w.less(w.get(left), w.i32(2)), invalid + 1),
    ...w.branchIf(w.isZero(isContinuation(1)), invalid + 1),
    ...skip(2),
    ...w.branch(1),
  ];
  const threeBytes: Code = [
    ...w.branchIf(w.less(w.get(left), w.i32(3)), invalid + 1),
    ...w.branchIf(w.isZero(w.and(isContinuation(1), isContinuation(2))), invalid + 1),
    ...w.set(
      point,
      w.or(
        w.or(w.shiftLeft(w.and(w.get(lead), w.i32(0x0f)), w.i32(12)), w.shiftLeft(continuation(1), w.i32(6))),
        continuation(2),
      ),
    ),
    // Neither a longer spelling of a shorter one, nor a surrogate.
    ...w.branchIf(w.less(w.get(point), w.i32(0x800)), invalid + 1),
    ...w.branchIf(w.equal(w.shiftRight(w.get(point), w.i32(11)), w.i32(0x1b)), invalid + 1),
    ...skip(3),
    ...w.branch(1),
  ];
  const fourBytes: Code = [
    ...w.branchIf(w.less(w.get(left), w.i32(4)), invalid),
    ...w.branchIf(w.isZero(w.and(isContinuation(1), w.and(isContinuation(2), isContinuation(3)))), invalid),
    ...w.set(
      point,
      w.or(
        w.or(w.shiftLeft(w.and(w.get(lead), w.i32(0x07)), w.i32(18)), w.shiftLeft(continuation(1), w.i32(12))),
        w.shiftLeft(continuation(2), w.i32(6)),
      ),
    ),
    ...w.branchIf(w.greaterOrEqual(w.sub(w.get(point), w.i32(0x10000)), w.i32(0x100000)), invalid),
    ...skip(4),
    ...w.branch(0),
  ];

  return [
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.block(
      w.block(
        w.loop(
          w.branchIf(w.isZero(w.tee(left, w.sub(w.get(end), w.get(at)))), 1),
          w.set(word, w.load64(w.get(at))),
          maskTail,
          w.when(
            w.isZero64(w.tee(word, suspects)),
            w.set(at, w.choose(w.less(w.get(left), w.i32(8)), w.get(end), w.add(w.get(at), w.i32(8)))),
            w.branch(1),
          ),
          w.set(at, w.add(w.get(at), w.shiftRight(w.wrap(w.trailingZeros64(w.get(word))), w.i32(3)))),
          w.set(left, w.sub(w.get(end), w.get(at))),
          w.set(lead, w.load8(w.get(at))),
          w.branchIf(w.less(w.get(lead), w.i32(0xc2)), invalid),
          w.branchIf(w.greater(w.get(lead), w.i32(0xf4)), invalid),
          w.when(w.less(w.get(lead), w.i32(0xe0)), twoBytes),
          w.when(w.less(w.get(lead), w.i32(0xf0)), threeBytes),
          fourBytes,
        ),
      ),
      w.leave(),
    ),
    ...w.drop(w.call(FUNCTION.verifyMultibyte, w.sub(w.get(end), w.get(length)), w.get(length), w.i32(0))),
  ];
}
