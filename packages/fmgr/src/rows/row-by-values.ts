import type { Code, ValueType } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { COLUMN, FUNCTION } from './layout.ts';
import { fromState, OWN_LOCALS_AT, ROW, ROW_LOCALS, walkFields } from './row-walk.ts';

/** Locals of {@link rowByValuesBody} after the parameters. */
export const ROW_BY_VALUES_LOCALS: readonly ValueType[] = [...ROW_LOCALS, 'i32', 'i32'];

/**
 * (state, first field, end of the message): stores a row by tuplestore_putvalues, which forms its tuple.
 *
 * Fields become Datums where they lie: a field is preceded by its length, which is just the room that a varlena header
 * needs, and integers are turned round in place.
 */
export function rowByValuesBody(): Code {
  const [value, isNull] = [OWN_LOCALS_AT, OWN_LOCALS_AT + 1];
  const { column, field, length, scratch } = ROW;
  const put = (datum: Code): Code => w.store32(w.get(value), datum);
  // The length word before the field becomes the varlena header.
  const header = w.sub(w.get(field), w.i32(4));
  return [
    ...w.set(value, w.add(fromState('values'), w.shiftLeft(fromState('skipped'), w.i32(2)))),
    ...w.set(isNull, w.add(fromState('nulls'), fromState('skipped'))),
    ...walkFields({
      target: {
        value: (_byteLength, datum) => put(datum),
        reference: (_byteLength, _alignBy, address) => put(address),
        wide: (integer) => [...w.store64(w.get(field), integer), ...put(w.get(field))],
        varlena: [...w.store32(header, w.shiftLeft(w.add(w.get(length), w.i32(4)), w.i32(2))), ...put(header)],
        varlenaAt: put,
        datum: put,
      },
      present: w.store8(w.get(isNull), w.i32(0)),
      absent: w.store8(w.get(isNull), w.i32(1)),
      next: [
        ...w.set(scratch, w.load32(w.get(column), COLUMN.advance)),
        ...w.set(value, w.add(w.get(value), w.shiftLeft(w.get(scratch), w.i32(2)))),
        ...w.set(isNull, w.add(w.get(isNull), w.get(scratch))),
      ],
    }),
    ...w.call(FUNCTION.putValues, fromState('store'), fromState('descriptor'), fromState('values'), fromState('nulls')),
  ];
}
