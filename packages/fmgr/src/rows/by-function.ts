import { CALL, STRING_INFO } from '../abi-pg18.ts';
import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { refuseWhen } from './fragments.ts';
import { COLUMN, FUNCTION, REFUSAL } from './layout.ts';

/** Locals after the parameters, of both functions. */
export const BY_FUNCTION_LOCALS = ['i32', 'i32', 'i32'] as const;

/** (column, text or 0) → Datum: InputFunctionCall. */
export const inputCall = (column: Code, text: Code): Code =>
  w.call(
    FUNCTION.inputCall,
    w.load32(column, COLUMN.info),
    text,
    w.load32(column, COLUMN.typioparam),
    w.load32(column, COLUMN.typmod),
  );

/** (column, address, length) → Datum by the type's input function; the byte after the field is lent to the zero. */
export function viaInputBody(): Code {
  const [column, at, length, end, borrowed, datum] = [0, 1, 2, 3, 4, 5];
  return [
    ...w.call(FUNCTION.verify, w.get(at), w.get(length)),
    ...w.set(borrowed, w.load8(w.tee(end, w.add(w.get(at), w.get(length))))),
    ...w.store8(w.get(end), w.i32(0)),
    ...w.set(datum, inputCall(w.get(column), w.get(at))),
    ...w.store8(w.get(end), w.get(borrowed)),
    ...w.get(datum),
  ];
}

/** (column, address, length) → Datum by the type's receive function, called as ReceiveFunctionCall does. */
export function viaReceiveBody(receiveSignature: number): Code {
  const [column, at, length, call, info, datum] = [0, 1, 2, 3, 4, 5];
  return [
    ...w.set(info, w.load32(w.get(column), COLUMN.stringInfo)),
    ...w.store32(w.get(info), w.get(at), STRING_INFO.data),
    ...w.store32(w.get(info), w.get(length), STRING_INFO.length),
    ...w.store32(w.get(info), w.i32(0), STRING_INFO.maximum),
    ...w.store32(w.get(info), w.i32(0), STRING_INFO.cursor),
    ...w.set(call, w.load32(w.get(column), COLUMN.receiveCall)),
    ...w.store8(w.get(call), w.i32(0), CALL.isnull),
    ...w.store32(w.get(call), w.get(info), CALL.args),
    ...w.set(datum, w.callIndirect(receiveSignature, w.load32(w.load32(w.get(column), COLUMN.info)), w.get(call))),
    ...refuseWhen(w.notEqual(w.load32(w.get(info), STRING_INFO.cursor), w.get(length)), REFUSAL.fieldLength),
    ...refuseWhen(w.load8(w.get(call), CALL.isnull), REFUSAL.fieldLength),
    ...w.get(datum),
  ];
}
