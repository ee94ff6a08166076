import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { FUNCTION, type REFUSAL } from './layout.ts';

/** Leaves the loop by an error when the condition holds. */
export const refuseWhen = (condition: Code, why: (typeof REFUSAL)[keyof typeof REFUSAL]): Code =>
  w.when(condition, w.call(FUNCTION.refuse, w.i32(why)));

/** The 32-bit integer in network order at an address; `scratch` is an i32 local. */
export const networkInt32 = (address: Code, scratch: number): Code => [
  ...w.set(scratch, w.load32(address)),
  ...w.or(
    w.and(w.rotateLeft(w.get(scratch), w.i32(8)), w.i32(0x00ff00ff)),
    w.and(w.rotateLeft(w.get(scratch), w.i32(24)), w.i32(0xff00ff00)),
  ),
];

/** The 64-bit integer in network order at an address; `scratch` is an i64 local. */
export const networkInt64 = (address: Code, scratch: number): Code => {
  const swap = (mask: bigint, bits: bigint): Code =>
    w.or64(
      w.shiftLeft64(w.and64(w.get(scratch), w.i64(mask)), w.i64(bits)),
      w.and64(w.shiftRight64(w.get(scratch), w.i64(bits)), w.i64(mask)),
    );
  return [
    ...w.set(scratch, w.load64(address)),
    ...w.set(scratch, swap(0x00ff00ff00ff00ffn, 8n)),
    ...w.set(scratch, swap(0x0000ffff0000ffffn, 16n)),
    ...w.rotateLeft64(w.get(scratch), w.i64(32n)),
  ];
};

/** A branch table over cases 0 … n-1; every case goes to the end. */
export function dispatch(selector: Code, cases: readonly Code[]): Code {
  const numbers = cases.map((_, index) => index);
  return w.block(
    cases.reduce<Code>(
      (inner, body, index) => [...w.block(inner), ...body, ...w.branch(cases.length - 1 - index)],
      w.branchTable(selector, numbers, cases.length),
    ),
  );
}
