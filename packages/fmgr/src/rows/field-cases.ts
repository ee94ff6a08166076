import type { Code } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { networkInt32, networkInt64, refuseWhen } from './fragments.ts';
import { COLUMN, FUNCTION, KIND, REFUSAL } from './layout.ts';

/** Locals of the loop that the cases work on. */
export interface FieldLocals {
  readonly field: number;
  readonly length: number;
  readonly column: number;
  /** An i32 local to spend. */
  readonly scratch: number;
  /** An i64 local to spend. */
  readonly wide: number;
}

/** Where the values of fields go: code that puts one there. */
export interface FieldTarget {
  /** One that is passed by value. */
  value(byteLength: 1 | 2 | 4, datum: Code): Code;
  /** So many bytes at an address, which stay there until the row is stored. */
  reference(byteLength: 8 | 16, alignBy: 1 | 8, address: Code): Code;
  /** An integer of 64 bits that may be written where its field lies. */
  wide(value: Code): Code;
  /** The field's bytes as a varlena. */
  varlena: Code;
  /** A varlena at an address. */
  varlenaAt(address: Code): Code;
  /** What a function returned for a column of any type. */
  datum(datum: Code): Code;
}

const TIMESTAMP_MINIMUM = -211_813_488_000_000_000n;
const TIMESTAMP_END = 9_223_371_331_200_000_000n;
const DATE_MINIMUM = -2_451_545;
const DATE_END = 2_145_031_949;
const USECS_PER_DAY = 86_400_000_000n;

/** For each {@link KIND}, the code that turns a field which is not NULL into a value. */
export function fieldCases(locals: FieldLocals, target: FieldTarget): readonly Code[] {
  const { scratch, wide } = locals;
  const field = w.get(locals.field);
  const length = w.get(locals.length);
  const column = w.get(locals.column);
  const scratchAt = w.add(column, w.i32(COLUMN.scratch));
  const limit = w.load32(column, COLUMN.limit);

  const byInput = w.call(FUNCTION.viaInput, column, field, length);
  const byReceive = w.call(FUNCTION.viaReceive, column, field, length);
  const wantLength = (bytes: Code): Code => refuseWhen(w.notEqual(length, bytes), REFUSAL.fieldLength);
  const turnRound32 = (offset: number): Code =>
    w.store32(field, networkInt32(w.add(field, w.i32(offset)), scratch), offset);
  // What the type itself refuses or takes for infinity is left to its receive function.
  const timestampInRange = w.less64(
    w.sub64(w.get(wide), w.i64(TIMESTAMP_MINIMUM)),
    w.i64(TIMESTAMP_END - TIMESTAMP_MINIMUM),
  );
  const dateInRange = w.less(w.sub(networkInt32(field, scratch), w.i32(DATE_MINIMUM)), w.i32(DATE_END - DATE_MINIMUM));
  const readInt64 = w.set(wide, networkInt64(field, wide));
  const putInt64 = target.wide(w.get(wide));
  const int32 = target.value(4, networkInt32(field, scratch));
  const wideByReceive = target.reference(8, 8, byReceive);

  const parsed = (reader: number, ...more: readonly Code[]): Code => w.call(reader, field, length, scratchAt, ...more);
  const parsedInteger = parsed(FUNCTION.integerText);
  const integer = w.load64(column, COLUMN.scratch);
  const shortFromScratch = (byteLength: 2 | 4): Code => target.value(byteLength, w.load32(column, COLUMN.scratch));
  const wideFromScratch = target.reference(8, 8, scratchAt);
  const wideByInput = target.reference(8, 8, byInput);

  const cases: Record<keyof typeof KIND, Code> = {
    input: target.datum(byInput),
    receive: target.datum(byReceive),
    int2: [
      ...wantLength(w.i32(2)),
      ...target.value(
        2,
        w.or(w.shiftRightSigned(w.shiftLeft(w.load8(field), w.i32(24)), w.i32(16)), w.load8(field, 1)),
      ),
    ],
    int4: [...wantLength(w.i32(4)), ...int32],
    bool: [...wantLength(w.i32(1)), ...target.value(1, w.notEqual(w.load8(field), w.i32(0)))],
    int8: [...wantLength(w.i32(8)), ...readInt64, ...putInt64],
    timestamp: [...wantLength(w.i32(8)), ...readInt64, ...w.either(timestampInRange, putInt64, wideByReceive)],
    interval: [
      ...wantLength(w.i32(16)),
      ...readInt64,
      ...turnRound32(8),
      ...turnRound32(12),
      ...w.store64(field, w.get(wide)),
      ...target.reference(16, 8, field),
    ],
    // uuid alone.
    fixed: [...wantLength(limit), ...target.reference(16, 1, field)],
    bytea: target.varlena,
    date: [...wantLength(w.i32(4)), ...w.either(dateInRange, int32, target.value(4, byReceive))],
    time: [
      ...wantLength(w.i32(8)),
      ...readInt64,
      ...w.either(w.greater64(w.get(wide), w.i64(USECS_PER_DAY)), wideByReceive, putInt64),
    ],
    // Not more bytes than the type allows characters: nothing to cut and nothing to refuse.
    text: w.either(w.greater(length, limit), target.varlenaAt(byInput), [
      ...w.call(FUNCTION.verify, field, length),
      ...target.varlena,
    ]),
    int2Text: w.either(
      w.and(parsedInteger, w.less64(w.add64(integer, w.i64(0x8000n)), w.i64(0x10000n))),
      shortFromScratch(2),
      target.value(2, byInput),
    ),
    int4Text: w.either(
      w.and(parsedInteger, w.less64(w.add64(integer, w.i64(0x80000000n)), w.i64(0x100000000n))),
      shortFromScratch(4),
      target.value(4, byInput),
    ),
    int8Text: w.either(parsedInteger, wideFromScratch, wideByInput),
    boolText: w.either(
      w.and(
        w.equal(length, w.i32(1)),
        w.or(w.tee(scratch, w.equal(w.load8(field), w.i32(0x74))), w.equal(w.load8(field), w.i32(0x66))),
      ),
      target.value(1, w.get(scratch)),
      target.value(1, byInput),
    ),
    float8Text: w.either(parsed(FUNCTION.floatText), wideFromScratch, wideByInput),
    dateText: w.either(
      w.choose(w.equal(length, w.i32(10)), w.call(FUNCTION.dateText, field, scratchAt), w.i32(0)),
      shortFromScratch(4),
      target.value(4, byInput),
    ),
    timestampText: w.either(parsed(FUNCTION.timestampText, w.i32(0)), wideFromScratch, wideByInput),
    timestamptzText: w.either(parsed(FUNCTION.timestampText, w.i32(1)), wideFromScratch, wideByInput),
  };
  const inOrder: Code[] = [];
  for (const [name, number] of Object.entries(KIND)) inOrder[number] = cases[name as keyof typeof KIND];
  return inOrder;
}
