import { HEAP_HAS, HEAP_TUPLE } from '../abi-pg18.ts';
import type { Code, ValueType } from '../wasm/encoding.ts';
import * as w from '../wasm/instructions.ts';
import { COLUMN, FUNCTION } from './layout.ts';
import { fromState, OWN_LOCALS_AT, ROW, ROW_LOCALS, walkFields } from './row-walk.ts';

/** Bytes before the data of a tuple without NULLs: the header, up to a multiple of eight. */
export const PLAIN_DATA_OFFSET = 24;
/** More bytes than this in a varlena, its header of one byte not counted, want one of four bytes (VARATT_SHORT_MAX). */
const LONGEST_SHORT = 126;
/** What it takes to copy by the engine's own copy is worth it from here on. */
const LONG_COPY = 256;

/** Goes on at a multiple of `alignBy` with zeros in between; `data` is the number of a local. */
const align = (data: number, alignBy: Code): Code =>
  w.when(
    w.and(w.get(data), w.sub(alignBy, w.i32(1))),
    w.store64(w.get(data), w.i64(0n)),
    w.set(data, w.and(w.add(w.get(data), w.sub(alignBy, w.i32(1))), w.sub(w.i32(0), alignBy))),
  );

/** Copies words; up to seven bytes behind either end are read and written. `at` is an i32 local. */
const copyWords = (to: Code, from: Code, byteLength: Code, at: number): Code => [
  ...w.set(at, w.i32(0)),
  ...w.block(
    w.loop(
      w.branchIf(w.greaterOrEqual(w.get(at), byteLength), 1),
      w.store64(w.add(to, w.get(at)), w.load64(w.add(from, w.get(at)))),
      w.set(at, w.add(w.get(at), w.i32(8))),
      w.branch(0),
    ),
  ),
];

/** Locals of {@link appendVarlenaBody} after the parameters. */
export const APPEND_VARLENA_LOCALS: readonly ValueType[] = ['i32'];

/** (column, data, address, length) → the end of the data, to which so many bytes are added as a varlena (fill_val). */
export function appendVarlenaBody(): Code {
  const [column, data, from, length, at] = [0, 1, 2, 3, 4];
  const isShort = w.and(w.lessOrEqual(w.get(length), w.i32(LONGEST_SHORT)), w.load32(w.get(column), COLUMN.packable));
  return [
    ...w.either(
      isShort,
      [
        ...w.store8(w.get(data), w.or(w.shiftLeft(w.add(w.get(length), w.i32(1)), w.i32(1)), w.i32(1))),
        ...w.set(data, w.add(w.get(data), w.i32(1))),
      ],
      [
        ...align(data, w.load32(w.get(column), COLUMN.alignBy)),
        ...w.store32(w.get(data), w.shiftLeft(w.add(w.get(length), w.i32(4)), w.i32(2))),
        ...w.set(data, w.add(w.get(data), w.i32(4))),
      ],
    ),
    ...w.either(
      w.greater(w.get(length), w.i32(LONG_COPY)),
      w.copyBytes(w.get(data), w.get(from), w.get(length)),
      copyWords(w.get(data), w.get(from), w.get(length), at),
    ),
    ...w.add(w.get(data), w.get(length)),
  ];
}

/** (column, data, datum) → the end of the data, to which the Datum of a type of fixed length is added (fill_val). */
export function appendDatumBody(): Code {
  const [column, data, datum] = [0, 1, 2];
  const length = w.load32(w.get(column), COLUMN.length);
  return [
    ...align(data, w.load32(w.get(column), COLUMN.alignBy)),
    ...w.either(
      w.load32(w.get(column), COLUMN.byValue),
      // What lies behind a value of one or two bytes is written next.
      w.store32(w.get(data), w.get(datum)),
      w.copyBytes(w.get(data), w.get(datum), length),
    ),
    ...w.add(w.get(data), length),
  ];
}

/** Locals of {@link rowByTupleBody} after the parameters. */
export const ROW_BY_TUPLE_LOCALS: readonly ValueType[] = [...ROW_LOCALS, 'i32', 'i32', 'i32', 'i32'];

/**
 * (state, first field, end of the message): lays out a row as heap_form_minimal_tuple does and stores the tuple. The
 * data begins at the same place whether or not there are NULLs; the header, which is longer if there are, comes last.
 */
export function rowByTupleBody(): Code {
  const [data, infomask, header, offset] = [OWN_LOCALS_AT, OWN_LOCALS_AT + 1, OWN_LOCALS_AT + 2, OWN_LOCALS_AT + 3];
  const { column, field, length, left, scratch } = ROW;
  const advance = (byteLength: number): Code => w.set(data, w.add(w.get(data), w.i32(byteLength)));
  const mark = (bit: number): Code => w.set(infomask, w.or(w.get(infomask), w.i32(bit)));
  const appendVarlena = (address: Code, byteLength: Code): Code => [
    ...w.set(data, w.call(FUNCTION.appendVarlena, w.get(column), w.get(data), address, byteLength)),
    ...mark(HEAP_HAS.varWidth),
  ];
  const store = { 1: w.store8, 2: w.store16, 4: w.store32 } as const;
  const bitsLength = w.sub(fromState('dataOffset'), w.i32(HEAP_TUPLE.bits));
  const index = w.sub(fromState('columnCount'), w.get(left));
  const bitsAt = w.add(fromState('bits'), w.shiftRight(index, w.i32(3)));
  const bit = w.shiftLeft(w.i32(1), w.and(index, w.i32(7)));
  return [
    ...w.set(data, fromState('data')),
    ...walkFields({
      target: {
        value: (byteLength, datum) => [
          ...(byteLength === 1 ? [] : align(data, w.i32(byteLength))),
          ...store[byteLength](w.get(data), datum),
          ...advance(byteLength),
        ],
        reference: (byteLength, alignBy, address) => [
          ...w.set(scratch, address),
          ...(alignBy === 1 ? [] : align(data, w.i32(alignBy))),
          ...w.store64(w.get(data), w.load64(w.get(scratch))),
          ...(byteLength === 8 ? [] : w.store64(w.get(data), w.load64(w.get(scratch), 8), 8)),
          ...advance(byteLength),
        ],
        wide: (integer) => [...align(data, w.i32(8)), ...w.store64(w.get(data), integer), ...advance(8)],
        varlena: appendVarlena(w.get(field), w.get(length)),
        varlenaAt: (address) => [
          ...w.set(scratch, address),
          ...appendVarlena(
            w.add(w.get(scratch), w.i32(4)),
            w.sub(w.shiftRight(w.load32(w.get(scratch)), w.i32(2)), w.i32(4)),
          ),
        ],
        datum: (datum) => w.set(data, w.call(FUNCTION.appendDatum, w.get(column), w.get(data), datum)),
      },
      present: [],
      absent: [...mark(HEAP_HAS.null), ...w.store8(bitsAt, w.sub(w.load8(bitsAt), bit))],
      next: [],
    }),
    ...w.set(
      offset,
      w.choose(w.and(w.get(infomask), w.i32(HEAP_HAS.null)), fromState('dataOffset'), w.i32(PLAIN_DATA_OFFSET)),
    ),
    ...w.set(header, w.sub(fromState('data'), w.get(offset))),
    // t_ctid, t_infomask2 with the number of attributes, t_infomask, t_hoff, and a byte of padding or of the bitmap.
    ...w.store64(w.get(header), w.i64(0n), 8),
    ...w.store32(w.get(header), w.shiftLeft(fromState('columnCount'), w.i32(16)), 16),
    ...w.store32(w.get(header), w.or(w.get(infomask), w.shiftLeft(w.get(offset), w.i32(16))), 20),
    ...w.when(
      w.and(w.get(infomask), w.i32(HEAP_HAS.null)),
      w.copyBytes(w.add(w.get(header), w.i32(HEAP_TUPLE.bits)), fromState('bits'), bitsLength),
      w.copyBytes(fromState('bits'), fromState('noNulls'), bitsLength),
    ),
    ...w.store32(fromState('tuple'), w.sub(w.get(data), w.get(header)), HEAP_TUPLE.length),
    ...w.store32(fromState('tuple'), w.get(header), HEAP_TUPLE.header),
    ...w.call(FUNCTION.putTuple, fromState('store'), fromState('tuple')),
  ];
}
