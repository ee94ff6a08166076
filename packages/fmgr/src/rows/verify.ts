import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { FUNCTION } from './layout.ts';

/** Locals after the parameters. */
export const VERIFY_LOCALS = ['i32', 'i64'] as const;

/** (address, length): raises 22021 unless the bytes are text of the database encoding. ASCII is told apart here. */
export function verifyBody(): Code {
  const [at, length, end, word] = [0, 1, 2, 3];
  const ones = 0x0101010101010101n;
  const highs = 0x8080808080808080n;
  // A byte is suspect when it is zero or has its high bit set.
  const suspect = (value: Code): Code =>
    w.notEqual64(w.and64(w.or64(w.sub64(w.tee(word, value), w.i64(ones)), w.get(word)), w.i64(highs)), w.i64(0n));
  // Eight bytes are read where fewer may be left: the buffer is padded, and bytes past the end are replaced by ones.
  const mask = w.sub64(
    w.shiftLeft64(w.i64(1n), w.extend(w.shiftLeft(w.sub(w.get(end), w.get(at)), w.i32(3)))),
    w.i64(1n),
  );
  const rest = w.or64(w.and64(w.load64(w.get(at)), mask), w.and64(w.i64(ones), w.xor64(mask, w.i64(-1n))));
  const start = w.sub(w.get(end), w.get(length));
  return [
    ...w.set(end, w.add(w.get(at), w.get(length))),
    ...w.block(
      w.block(
        w.loop(
          w.branchIf(w.lessSigned(w.sub(w.get(end), w.get(at)), w.i32(8)), 1),
          w.branchIf(suspect(w.load64(w.get(at))), 2),
          w.set(at, w.add(w.get(at), w.i32(8))),
          w.branch(0),
        ),
      ),
      w.when(w.equal(w.get(at), w.get(end)), w.leave()),
      w.when(w.isZero(suspect(rest)), w.leave()),
    ),
    ...w.drop(w.call(FUNCTION.verifyMultibyte, start, w.get(length), w.i32(0))),
  ];
}
