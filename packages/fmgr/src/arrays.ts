import { ARRAY, TYPE } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { pallocVarlena, varlenaRange, withScratch } from './memory.ts';
import { encodeText } from './runtime.ts';

const VARIABLE_LENGTH = -1;
const ALIGN_INT = 'i'.charCodeAt(0);

/** Reads a text[]; NULL elements are null, and a multidimensional array is read in storage order. */
export function readTextArray(engine: Engine, datum: number): (string | null)[] {
  const { functions, heap } = engine;
  const array = functions.pg_detoast_datum(datum);
  return withScratch(engine, 12, (at) => {
    functions.deconstruct_array(array, TYPE.text, VARIABLE_LENGTH, 0, ALIGN_INT, at, at + 4, at + 8);
    const [elements, nulls, count] = [heap.int32(at), heap.int32(at + 4), heap.int32(at + 8)];
    const values = Array.from({ length: count }, (_, index) => {
      if (heap.int8(nulls + index) !== 0) return null;
      const range = varlenaRange(heap, heap.int32(elements + 4 * index));
      return heap.text(range.at, range.byteLength);
    });
    functions.pfree(elements);
    functions.pfree(nulls);
    if (array !== datum) functions.pfree(array);
    return values;
  });
}

/** Makes a one-dimensional text[] in the current memory context. */
export function makeTextArray(engine: Engine, values: readonly (string | null)[]): number {
  const { functions, heap } = engine;
  const count = values.length;
  const elements = functions.palloc(4 * count + count + 8);
  const nulls = elements + 4 * count;
  for (const [index, value] of values.entries()) {
    heap.setInt8(nulls + index, value === null ? 1 : 0);
    const element = value === null ? 0 : pallocVarlena(engine, encodeText(value));
    heap.setInt32(elements + 4 * index, element);
  }
  return withScratch(engine, 8, (shape) => {
    heap.setInt32(shape, count);
    heap.setInt32(shape + 4, 1);
    const dimensions = count === 0 ? 0 : 1;
    return functions.construct_md_array(
      elements,
      nulls,
      dimensions,
      shape,
      shape + 4,
      TYPE.text,
      VARIABLE_LENGTH,
      0,
      ALIGN_INT,
    );
  });
}

/** Reads an int2vector. */
export function readInt2Vector(engine: Engine, datum: number): number[] {
  const { functions, heap } = engine;
  const vector = functions.pg_detoast_datum(datum);
  if (heap.int32(vector + ARRAY.dimensions) === 0) return [];
  if (heap.int32(vector + ARRAY.dimensions) !== 1 || heap.uint32(vector + ARRAY.elementType) !== TYPE.int2) {
    throw new SqlError({ sqlState: '22023', message: 'array is not a valid int2vector' });
  }
  const length = heap.int32(vector + ARRAY.length);
  return Array.from({ length }, (_, index) => heap.int16(vector + ARRAY.items + 2 * index));
}
