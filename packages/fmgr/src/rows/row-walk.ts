import type { Code, ValueType } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { inputCall } from './by-function.ts';
import { type FieldTarget, fieldCases } from './field-cases.ts';
import { dispatch, networkInt32, refuseWhen } from './fragments.ts';
import { COLUMN, REFUSAL, STATE } from './layout.ts';

/** Locals of a function of one row: (state, first field, end of the message), then what every kind of row needs. */
export const ROW = { state: 0, field: 1, frameEnd: 2, length: 3, column: 4, left: 5, scratch: 6, wide: 7 } as const;
/** Number of the first local that a kind of row has for itself. */
export const OWN_LOCALS_AT = 8;
/** Locals after the parameters; those of a kind of row follow. */
export const ROW_LOCALS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i64'];

/** What a kind of row does. */
export interface RowKind {
  readonly target: FieldTarget;
  /** Before each field. */
  readonly present: Code;
  readonly absent: Code;
  /** After each field, NULL or not. */
  readonly next: Code;
}

/** A number of the state. */
export const fromState = (member: keyof typeof STATE): Code => w.load32(w.get(ROW.state), STATE[member]);

/** The walk over the fields of a row. */
export function walkFields({ target, present, absent, next }: RowKind): Code {
  const { field, frameEnd, length, column, left, scratch, wide } = ROW;
  const absentField: Code = [
    ...absent,
    // A type whose input function is not strict (a domain) has its say about NULL.
    ...w.when(w.isZero(w.load32(w.get(column), COLUMN.strict)), w.drop(inputCall(w.get(column), w.i32(0)))),
  ];
  const presentField: Code = [
    ...refuseWhen(w.greater(w.get(length), w.sub(w.get(frameEnd), w.get(field))), REFUSAL.field),
    ...present,
    ...dispatch(w.load32(w.get(column), COLUMN.kind), fieldCases({ field, length, column, scratch, wide }, target)),
    ...w.set(field, w.add(w.get(field), w.get(length))),
  ];
  return [
    ...w.set(left, fromState('columnCount')),
    ...w.set(column, fromState('columns')),
    ...w.block(
      w.loop(
        w.branchIf(w.isZero(w.get(left)), 1),
        refuseWhen(w.lessSigned(w.sub(w.get(frameEnd), w.get(field)), w.i32(4)), REFUSAL.field),
        w.set(length, networkInt32(w.get(field), scratch)),
        w.set(field, w.add(w.get(field), w.i32(4))),
        w.either(w.equal(w.get(length), w.i32(-1)), absentField, presentField),
        next,
        w.set(column, w.add(w.get(column), w.i32(COLUMN.byteLength))),
        w.set(left, w.sub(w.get(left), w.i32(1))),
        w.branch(0),
      ),
    ),
    ...refuseWhen(w.notEqual(w.get(field), w.get(frameEnd)), REFUSAL.frame),
  ];
}
