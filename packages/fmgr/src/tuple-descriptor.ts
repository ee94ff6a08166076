import { ATTRIBUTE, EXPR_CONTEXT, RESULT_CLASS, RETURN_SET, TUPLE_DESC } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { inContext, withCString } from './memory.ts';

/** One attribute of a row type, as pg_attribute has it. */
export interface Attribute {
  readonly name: string;
  readonly typeOid: number;
  /** -1 when the type has no modifier. */
  readonly typmod: number;
  /** typlen: bytes, -1 for varlena, -2 for cstring. */
  readonly length: number;
  readonly byValue: boolean;
  /** 'c', 's', 'i' or 'd' as in pg_type.typalign. */
  readonly align: string;
  readonly notNull: boolean;
  readonly dropped: boolean;
  /** '' or the letter of pg_attribute.attgenerated. */
  readonly generated: string;
}

/** A row type in the engine's memory. */
export interface TupleDescriptor {
  readonly address: number;
  /** Every attribute, dropped ones included. */
  readonly attributes: readonly Attribute[];
}

/** A column of a row type made by {@link makeDescriptor}. */
export interface Column {
  readonly name: string;
  readonly typeOid: number;
  readonly typmod?: number;
}

/** Reads a TupleDesc. */
export function readDescriptor(engine: Engine, address: number): TupleDescriptor {
  const { heap } = engine;
  const natts = heap.int32(address + TUPLE_DESC.natts);
  const first = address + TUPLE_DESC.compactAttributes + natts * TUPLE_DESC.compactStride;
  const char = (at: number): string => (heap.int8(at) === 0 ? '' : String.fromCharCode(heap.int8(at)));
  const attributes: Attribute[] = [];
  for (let index = 0; index < natts; index++) {
    const at = first + index * ATTRIBUTE.byteLength;
    attributes.push({
      name: heap.cString(at + ATTRIBUTE.name),
      typeOid: heap.uint32(at + ATTRIBUTE.typeOid),
      typmod: heap.int32(at + ATTRIBUTE.typmod),
      length: heap.int16(at + ATTRIBUTE.length),
      byValue: heap.int8(at + ATTRIBUTE.byValue) !== 0,
      align: char(at + ATTRIBUTE.align),
      notNull: heap.int8(at + ATTRIBUTE.notNull) !== 0,
      dropped: heap.int8(at + ATTRIBUTE.dropped) !== 0,
      generated: char(at + ATTRIBUTE.generated),
    });
  }
  return { address, attributes };
}

/** The memory of the query that a set result must live in. */
export function perQueryContext(engine: Engine, returnSet: number): number {
  const { heap } = engine;
  return heap.int32(heap.int32(returnSet + RETURN_SET.econtext) + EXPR_CONTEXT.perQueryMemory);
}

/** Makes a row type of our own (CreateTemplateTupleDesc) in the current memory context. */
export function makeDescriptor(engine: Engine, columns: readonly Column[]): TupleDescriptor {
  const { functions } = engine;
  const address = functions.CreateTemplateTupleDesc(columns.length);
  for (const [index, column] of columns.entries()) {
    withCString(engine, column.name, (name) =>
      functions.TupleDescInitEntry(address, index + 1, name, column.typeOid, column.typmod ?? -1, 0),
    );
  }
  // Registered, so that its rows also have a type outside FROM.
  return readDescriptor(engine, functions.BlessTupleDesc(address));
}

/**
 * The row type that the caller expects: its column list, the function's OUT parameters or its composite type
 * (get_call_result_type), copied into the query's memory.
 */
export function callResultDescriptor(engine: Engine, callAddress: number, context: number): TupleDescriptor {
  const { functions, heap } = engine;
  const resultAt = functions.palloc0(4);
  const resultClass = functions.get_call_result_type(callAddress, 0, resultAt);
  const found = heap.int32(resultAt);
  functions.pfree(resultAt);
  if (resultClass === RESULT_CLASS.record) {
    throw new SqlError({
      sqlState: '0A000',
      message: 'function returning record called in context that cannot accept type record',
    });
  }
  if (resultClass !== RESULT_CLASS.composite) throw new SqlError({ message: 'return type must be a row type' });
  return readDescriptor(
    engine,
    inContext(engine, context, () => functions.CreateTupleDescCopy(found)),
  );
}
