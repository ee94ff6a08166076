import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { networkInt32, networkInt64, refuseWhen } from './fragments.ts';
import { COLUMN, FUNCTION, KIND, REFUSAL } from './layout.ts';

/** Locals of the loop that the cases work on. */
export interface FieldLocals {
  readonly field: number;
  readonly length: number;
  readonly column: number;
  readonly value: number;
  /** An i32 local to spend. */
  readonly scratch: number;
  /** An i64 local to spend. */
  readonly wide: number;
}

const TIMESTAMP_MINIMUM = -211_813_488_000_000_000n;
const TIMESTAMP_END = 9_223_371_331_200_000_000n;
const DATE_MINIMUM = -2_451_545;
const DATE_END = 2_145_031_949;
const USECS_PER_DAY = 86_400_000_000n;

/** For each {@link KIND}, the code that turns a field which is not NULL into a Datum. */
export function fieldCases(locals: FieldLocals): readonly Code[] {
  const { scratch, wide } = locals;
  const field = w.get(locals.field);
  const length = w.get(locals.length);
  const column = w.get(locals.column);
  const scratchAt = w.add(column, w.i32(COLUMN.scratch));
  const limit = w.load32(column, COLUMN.limit);

  const put = (datum: Code): Code => w.store32(w.get(locals.value), datum);
  const viaInput = put(w.call(FUNCTION.viaInput, column, field, length));
  const viaReceive = put(w.call(FUNCTION.viaReceive, column, field, length));
  const wantLength = (bytes: Code): Code => refuseWhen(w.notEqual(length, bytes), REFUSAL.fieldLength);
  const putInt64 = [...w.store64(field, w.get(wide)), ...put(field)];
  const turnRound32 = (offset: number): Code =>
    w.store32(field, networkInt32(w.add(field, w.i32(offset)), scratch), offset);
  // The length word before the field becomes the varlena header.
  const header = w.sub(field, w.i32(4));
  const asVarlena = [...w.store32(header, w.shiftLeft(w.add(length, w.i32(4)), w.i32(2))), ...put(header)];
  // What the type itself refuses or takes for infinity is left to its receive function.
  const timestampInRange = w.less64(
    w.sub64(w.get(wide), w.i64(TIMESTAMP_MINIMUM)),
    w.i64(TIMESTAMP_END - TIMESTAMP_MINIMUM),
  );
  const dateInRange = w.less(w.sub(networkInt32(field, scratch), w.i32(DATE_MINIMUM)), w.i32(DATE_END - DATE_MINIMUM));
  const readInt64 = w.set(wide, networkInt64(field, wide));

  const parsed = (reader: number, ...more: readonly Code[]): Code => w.call(reader, field, length, scratchAt, ...more);
  const parsedInteger = parsed(FUNCTION.integerText);
  const integer = w.load64(column, COLUMN.scratch);
  const fromScratch = put(w.load32(column, COLUMN.scratch));
  const scratchDatum = put(scratchAt);

  const cases: Record<keyof typeof KIND, Code> = {
    input: viaInput,
    receive: viaReceive,
    int2: [
      ...wantLength(w.i32(2)),
      ...put(w.or(w.shiftRightSigned(w.shiftLeft(w.load8(field), w.i32(24)), w.i32(16)), w.load8(field, 1))),
    ],
    int4: [...wantLength(w.i32(4)), ...put(networkInt32(field, scratch))],
    bool: [...wantLength(w.i32(1)), ...put(w.notEqual(w.load8(field), w.i32(0)))],
    int8: [...wantLength(w.i32(8)), ...readInt64, ...putInt64],
    timestamp: [...wantLength(w.i32(8)), ...readInt64, ...w.either(timestampInRange, putInt64, viaReceive)],
    interval: [...wantLength(w.i32(16)), ...readInt64, ...turnRound32(8), ...turnRound32(12), ...putInt64],
    fixed: [...wantLength(limit), ...put(field)],
    bytea: asVarlena,
    date: [...wantLength(w.i32(4)), ...w.either(dateInRange, put(networkInt32(field, scratch)), viaReceive)],
    time: [
      ...wantLength(w.i32(8)),
      ...readInt64,
      ...w.either(w.greater64(w.get(wide), w.i64(USECS_PER_DAY)), viaReceive, putInt64),
    ],
    // Not more bytes than the type allows characters: nothing to cut and nothing to refuse.
    text: w.either(w.greater(length, limit), viaInput, [...w.call(FUNCTION.verify, field, length), ...asVarlena]),
    int2Text: w.either(
      w.and(parsedInteger, w.less64(w.add64(integer, w.i64(0x8000n)), w.i64(0x10000n))),
      fromScratch,
      viaInput,
    ),
    int4Text: w.either(
      w.and(parsedInteger, w.less64(w.add64(integer, w.i64(0x80000000n)), w.i64(0x100000000n))),
      fromScratch,
      viaInput,
    ),
    int8Text: w.either(parsedInteger, scratchDatum, viaInput),
    boolText: w.either(
      w.and(
        w.equal(length, w.i32(1)),
        w.or(w.tee(scratch, w.equal(w.load8(field), w.i32(0x74))), w.equal(w.load8(field), w.i32(0x66))),
      ),
      put(w.get(scratch)),
      viaInput,
    ),
    float8Text: w.either(parsed(FUNCTION.floatText), scratchDatum, viaInput),
    dateText: w.either(
      w.choose(w.equal(length, w.i32(10)), w.call(FUNCTION.dateText, field, scratchAt), w.i32(0)),
      fromScratch,
      viaInput,
    ),
    timestampText: w.either(parsed(FUNCTION.timestampText, w.i32(0)), scratchDatum, viaInput),
    timestamptzText: w.either(parsed(FUNCTION.timestampText, w.i32(1)), scratchDatum, viaInput),
  };
  const inOrder: Code[] = [];
  for (const [name, number] of Object.entries(KIND)) inOrder[number] = cases[name as keyof typeof KIND];
  return inOrder;
}
