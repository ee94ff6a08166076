import { COMPACT_ATTRIBUTE, HEAP_TUPLE, TUPLE_DESC } from '../abi-pg18.ts';
import type { Engine } from '../engine.ts';
import type { TupleDescriptor } from '../tuple-descriptor.ts';
import { COLUMN, KIND, LONGEST_LAID_OUT, STATE } from './layout.ts';

const VARLENA = -1;
/** A varlena's header and the padding before it; a value's padding. */
const LONGEST_VARLENA_EXTRA = 4 + 7;
const LONGEST_PADDING = 7;
/** Behind the end, where words are written of which bytes may be left. */
const PADDING = 8;
const WITHOUT_FUNCTIONS: ReadonlySet<number> = new Set([KIND.text, KIND.bytea]);

const toMultipleOf8 = (byteLength: number): number => (byteLength + 7) & ~7;

/**
 * Makes room for the loop to lay out rows by itself, and says so in its state, if their values are of fixed length or
 * made where they lie: what a function returns of any length may be a reference to something else (TOAST, expanded
 * objects), which the engine's own code resolves.
 *
 * @param columns - what the loop has been told about the columns
 */
export function makeTupleRoom(
  engine: Engine,
  state: number,
  columns: number,
  { attributes, address }: TupleDescriptor,
  context: number,
): void {
  const { functions, heap } = engine;
  const natts = attributes.length;
  let mostBytes = 0;
  for (let index = 0; index < natts; index++) {
    const from = address + TUPLE_DESC.compactAttributes + index * TUPLE_DESC.compactStride;
    const to = columns + index * COLUMN.byteLength;
    const length = heap.int16(from + COMPACT_ATTRIBUTE.length);
    const isVarlena = length === VARLENA && WITHOUT_FUNCTIONS.has(heap.int32(to + COLUMN.kind));
    if (attributes[index]?.dropped === true || (length <= 0 && !isVarlena)) return;
    mostBytes += isVarlena ? LONGEST_VARLENA_EXTRA : length + LONGEST_PADDING;
    heap.setInt32(to + COLUMN.length, length);
    heap.setInt32(to + COLUMN.byValue, heap.int8(from + COMPACT_ATTRIBUTE.byValue));
    heap.setInt32(to + COLUMN.alignBy, heap.int8(from + COMPACT_ATTRIBUTE.alignBy));
    heap.setInt32(to + COLUMN.packable, heap.int8(from + COMPACT_ATTRIBUTE.packable));
  }
  const bitmapLength = Math.ceil(natts / 8);
  const dataOffset = toMultipleOf8(HEAP_TUPLE.bits + bitmapLength);
  const bitsLength = dataOffset - HEAP_TUPLE.bits;
  const tupleLength = dataOffset + mostBytes + LONGEST_LAID_OUT + PADDING;
  const tuple = functions.MemoryContextAlloc(
    context,
    toMultipleOf8(HEAP_TUPLE.byteLength) + tupleLength + 2 * bitsLength,
  );
  const header = tuple + toMultipleOf8(HEAP_TUPLE.byteLength);
  const bits = header + tupleLength;
  const noNulls = bits + bitsLength;
  const { bytes } = heap;
  bytes.fill(0, tuple, noNulls + bitsLength);
  for (let index = 0; index < natts; index++) {
    const at = noNulls + (index >> 3);
    bytes[at] = (bytes[at] ?? 0) | (1 << (index & 7));
  }
  bytes.copyWithin(bits, noNulls, noNulls + bitsLength);
  heap.setInt32(state + STATE.tuple, tuple);
  heap.setInt32(state + STATE.data, header + dataOffset);
  heap.setInt32(state + STATE.dataOffset, dataOffset);
  heap.setInt32(state + STATE.bits, bits);
  heap.setInt32(state + STATE.noNulls, noNulls);
}
