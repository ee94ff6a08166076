import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import * as v from '../wasm/vectors.ts';
import { FUNCTION } from './layout.ts';

/** Locals after the parameters. */
export const VERIFY_VECTOR_LOCALS = ['i32', 'v128', 'v128', 'v128', 'v128'] as const;

const BLOCK = 16;
const SPACE = 0x20;

const nibbles = (first: number, last: number = first): readonly number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);
const ANY = nibbles(0x0, 0xf);
const CONTINUATION = nibbles(0x8, 0xb);

/**
 * What two neighbouring bytes can have wrong with them (RFC 3629), as the high and low half of the first byte and the
 * high half of the second: a fault is there where all three are in its lists. One bit each, the last one the highest.
 */
const FAULTS: readonly (readonly [high: readonly number[], low: readonly number[], next: readonly number[]])[] = [
  // A first byte without continuation, and a continuation without first byte.
  [nibbles(0xc, 0xf), ANY, [...nibbles(0x0, 0x7), ...nibbles(0xc, 0xf)]],
  [nibbles(0x0, 0x7), ANY, CONTINUATION],
  // Longer than need be, in two, three and four bytes; the last one with what lies far beyond U+10FFFF.
  [[0xc], nibbles(0x0, 0x1), CONTINUATION],
  [[0xe], [0x0], nibbles(0x8, 0x9)],
  [[0xf], [0x0, ...nibbles(0x5, 0xf)], [0x8]],
  // A surrogate; beyond U+10FFFF.
  [[0xe], [0xd], nibbles(0xa, 0xb)],
  [[0xf], nibbles(0x4, 0xf), nibbles(0x9, 0xb)],
  // Two continuations: right where a character has three bytes or more, and only there.
  [CONTINUATION, ANY, CONTINUATION],
];

const table = (part: 0 | 1 | 2): Code =>
  v.lanes(
    nibbles(0x0, 0xf).map((nibble) =>
      FAULTS.reduce((bits, fault, bit) => (fault[part].includes(nibble) ? bits | (1 << bit) : bits), 0),
    ),
  );

/**
 * (address, length): as the function of verify.ts, sixteen bytes at a time, for engines that have vectors.
 *
 * Every pair of neighbouring bytes is looked up in three tables, by halves of bytes: a fault is what all three agree on.
 */
export function verifyVectorBody(): Code {
  const [at, length, left, bytes, before, previous, faults] = [0, 1, 2, 3, 4, 5, 6];
  const loaded = v.loadVector(w.get(at));
  // Past the end the buffer is padded; what lies there counts as spaces, on which a character that is cut off ends.
  const isInside = v.lessLanes(v.lanes(nibbles(0, 15)), v.splat(w.get(left)));
  const addFaults = (code: Code): Code => w.set(faults, v.orVector(w.get(faults), code));
  const high = (code: Code): Code => v.shiftLanesRight(code, 4);
  const low = (code: Code): Code => v.andVector(code, v.everyLane(0x0f));
  const suspect = v.highBits(v.orVector(v.lessLanesSigned(w.get(bytes), v.everyLane(1)), w.get(previous)));
  const behind = (distance: number): Code => v.window(BLOCK - distance, w.get(previous), w.get(bytes));
  const pairFaults = v.andVector(
    v.andVector(v.lookUp(table(0), high(w.get(before))), v.lookUp(table(1), low(w.get(before)))),
    v.lookUp(table(2), high(w.get(bytes))),
  );
  // The high bit is set where a character of three or four bytes began two or three bytes before.
  const isThirdOrFourth = v.andVector(
    v.orVector(
      v.subtractToZero(behind(2), v.everyLane(0xe0 - 0x80)),
      v.subtractToZero(behind(3), v.everyLane(0xf0 - 0x80)),
    ),
    v.everyLane(0x80),
  );
  return [
    ...w.set(left, w.get(length)),
    ...w.block(
      w.loop(
        w.either(
          w.less(w.get(left), w.i32(BLOCK)),
          w.set(bytes, v.select(loaded, v.everyLane(SPACE), isInside)),
          w.set(bytes, loaded),
        ),
        w.when(
          suspect,
          w.set(before, behind(1)),
          addFaults(v.equalLanes(w.get(bytes), v.everyLane(0))),
          addFaults(v.xorVector(pairFaults, isThirdOrFourth)),
        ),
        w.branchIf(w.less(w.get(left), w.i32(BLOCK)), 1),
        w.set(previous, w.get(bytes)),
        w.set(at, w.add(w.get(at), w.i32(BLOCK))),
        w.set(left, w.sub(w.get(left), w.i32(BLOCK))),
        w.branch(0),
      ),
    ),
    ...w.when(
      v.anyBit(w.get(faults)),
      w.drop(
        w.call(FUNCTION.verifyMultibyte, w.sub(w.add(w.get(at), w.get(left)), w.get(length)), w.get(length), w.i32(0)),
      ),
    ),
  ];
}
