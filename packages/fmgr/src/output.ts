import { ARRAY } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { withScratch } from './memory.ts';

/** A value in its type's text form (OutputFunctionCall). */
export function outputText(engine: Engine, typeOid: number, datum: number): string {
  const { functions, heap } = engine;
  const output = withScratch(engine, 8, (at) => {
    functions.getTypeOutputInfo(typeOid, at, at + 4);
    return heap.uint32(at);
  });
  const text = functions.OidOutputFunctionCall(output, datum);
  const value = heap.cString(text);
  functions.pfree(text);
  return value;
}

/** The elements of an array of any type in text form; one of more dimensions is read in storage order. */
export function elementTexts(engine: Engine, datum: number): (string | null)[] {
  const { functions, heap } = engine;
  const array = functions.pg_detoast_datum(datum);
  const elementType = heap.uint32(array + ARRAY.elementType);
  return withScratch(engine, 20, (at) => {
    functions.get_typlenbyvalalign(elementType, at, at + 2, at + 3);
    const [length, byValue, align] = [heap.int16(at), heap.int8(at + 2), heap.int8(at + 3)];
    const [elementsAt, nullsAt, countAt] = [at + 8, at + 12, at + 16];
    functions.deconstruct_array(array, elementType, length, byValue, align, elementsAt, nullsAt, countAt);
    const [elements, nulls] = [heap.int32(elementsAt), heap.int32(nullsAt)];
    return Array.from({ length: heap.int32(countAt) }, (_, index) =>
      heap.int8(nulls + index) === 0 ? outputText(engine, elementType, heap.int32(elements + 4 * index)) : null,
    );
  });
}
