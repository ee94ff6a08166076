import { CALL, FMGR_INFO } from './abi-pg18.ts';
import { makeTextArray, readInt2Vector, readTextArray } from './arrays.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { inContext, pallocVarlena, varlenaRange } from './memory.ts';
import { elementTexts, outputText } from './output.ts';
import type { Format } from './rows/columns.ts';
import { encodeText } from './runtime.ts';
import {
  type Column,
  callResultDescriptor,
  makeDescriptor,
  perQueryContext,
  type TupleDescriptor,
} from './tuple-descriptor.ts';
import { installTuplestore, prepareReturnSet, RowStore, workMemory } from './tuplestore.ts';

const OVER = 0;
const ALL_TEXT: ArrayLike<Format> = [];

/**
 * One call of a host function: its arguments, counted from 0, and its result. It is valid until the body returns.
 *
 * The readers trust the declaration in SQL, as C does: `int4(0)` of a `text` argument reads a pointer.
 *
 * @example
 * ```ts
 * const repeat = (call: Call): void => call.returnText(call.text(0).repeat(call.int4(1)));
 * ```
 */
export class Call {
  readonly engine: Engine;
  readonly symbol: string;
  #address: number;
  #result = 0;
  #isNull = true;
  readonly #stores: RowStore[] = [];

  constructor(engine: Engine, symbol: string, address: number) {
    this.engine = engine;
    this.symbol = symbol;
    this.#address = address;
  }

  /** Number of arguments passed. */
  get nargs(): number {
    return this.engine.heap.int16(this.#at + CALL.nargs);
  }

  /** OID of the function called. */
  get functionOid(): number {
    const { heap } = this.engine;
    return heap.uint32(heap.int32(this.#at + CALL.flinfo) + FMGR_INFO.oid);
  }

  /** OID of an argument's type as the call's expression has it; 0 where there is no expression. */
  argumentType(index: number): number {
    const { functions, heap } = this.engine;
    return functions.get_fn_expr_argtype(heap.int32(this.#at + CALL.flinfo), index) >>> 0;
  }

  isNull(index: number): boolean {
    if (index < 0 || index >= this.nargs) throw new SqlError({ message: `function has no argument ${index}` });
    return this.engine.heap.int8(this.#argument(index) + CALL.argIsnull) !== 0;
  }

  /** An argument of type text, varchar or char(n). @throws {@link SqlError} 22004 when it is NULL, as all readers do */
  text(index: number): string {
    return this.#varlena(index, (at, byteLength) => this.engine.heap.text(at, byteLength));
  }

  bytea(index: number): Uint8Array {
    return this.#varlena(index, (at, byteLength) => this.engine.heap.copy(at, byteLength));
  }

  /** An argument of type name or cstring. */
  name(index: number): string {
    return this.engine.heap.cString(this.#datum(index));
  }

  bool(index: number): boolean {
    return (this.#datum(index) & 0xff) !== 0;
  }

  int2(index: number): number {
    return (this.#datum(index) << 16) >> 16;
  }

  int4(index: number): number {
    return this.#datum(index);
  }

  oid(index: number): number {
    return this.#datum(index) >>> 0;
  }

  int8(index: number): bigint {
    return this.engine.heap.int64(this.#datum(index));
  }

  float8(index: number): number {
    return this.engine.heap.float8(this.#datum(index));
  }

  textArray(index: number): (string | null)[] {
    return readTextArray(this.engine, this.#datum(index));
  }

  int2Vector(index: number): number[] {
    return readInt2Vector(this.engine, this.#datum(index));
  }

  /** An argument of any type in its type's text form, as a cast to text under the current settings gives it. */
  outputText(index: number): string {
    return outputText(this.engine, this.#typeOf(index), this.#datum(index));
  }

  /**
   * The arguments of a VARIADIC "any" parameter in text form, null for NULL; of an array passed with the keyword
   * VARIADIC its elements, and nothing when that array is NULL.
   *
   * @param first - position of the first of them
   */
  variadicTexts(first: number): (string | null)[] {
    const { functions, heap } = this.engine;
    const isArray = (functions.get_fn_expr_variadic(heap.int32(this.#at + CALL.flinfo)) & 0xff) !== 0;
    if (isArray) return this.isNull(first) ? [] : elementTexts(this.engine, this.#datum(first));
    return Array.from({ length: Math.max(0, this.nargs - first) }, (_, at) =>
      this.isNull(first + at) ? null : this.outputText(first + at),
    );
  }

  returnNull(): void {
    this.#isNull = true;
    this.#result = 0;
  }

  returnVoid(): void {
    this.#return(0);
  }

  returnBool(value: boolean): void {
    this.#return(value ? 1 : 0);
  }

  /** A result of type int4, or int2 and oid, which are passed alike. */
  returnInt4(value: number): void {
    this.#return(value | 0);
  }

  returnOid(value: number): void {
    this.#return(value | 0);
  }

  returnInt8(value: bigint): void {
    const at = this.engine.functions.palloc(8);
    this.engine.heap.setInt64(at, value);
    this.#return(at);
  }

  returnFloat8(value: number): void {
    const at = this.engine.functions.palloc(8);
    this.engine.heap.setFloat8(at, value);
    this.#return(at);
  }

  /** @throws {@link SqlError} 22021 for a string with a zero character, which no text can hold */
  returnText(value: string): void {
    if (value.includes('\0')) {
      throw new SqlError({ sqlState: '22021', message: 'invalid byte sequence for encoding "UTF8": 0x00' });
    }
    this.returnBytea(encodeText(value));
  }

  returnBytea(value: Uint8Array): void {
    this.#return(pallocVarlena(this.engine, value));
  }

  returnTextArray(values: readonly (string | null)[]): void {
    this.#return(makeTextArray(this.engine, values));
  }

  /**
   * Says that the result is a set, stored as a whole; without {@link openRows} it is empty.
   *
   * @throws {@link SqlError} 0A000 or 42601 where the caller cannot take such a set
   */
  prepareSet(): void {
    prepareReturnSet(this.engine, this.#returnSet);
    this.returnNull();
  }

  /**
   * The row type that the caller expects: its column list, the OUT parameters or the composite type.
   *
   * @throws {@link SqlError} 0A000 `function returning record called in context that cannot accept type record`
   */
  resultDescriptor(): TupleDescriptor {
    return callResultDescriptor(this.engine, this.#at, this.#perQuery);
  }

  /** A row type of our own; the executor compares it with what the caller asked for and words the difference. */
  ownDescriptor(columns: readonly Column[]): TupleDescriptor {
    return inContext(this.engine, this.#perQuery, () => makeDescriptor(this.engine, columns));
  }

  /**
   * Opens the set that the call returns, after {@link prepareSet}; a set opened before is dropped.
   *
   * @param formats - the wire format of each field, text when not given; binary only where the type sent is the
   * column's type. A dropped attribute of the descriptor is NULL and has no field.
   * @param memoryKilobytes - what the set may take before it spills to a temporary file; work_mem when not given
   */
  openRows(
    descriptor: TupleDescriptor,
    formats: ArrayLike<Format> = ALL_TEXT,
    memoryKilobytes: number = workMemory(this.engine),
  ): RowStore {
    const { address } = descriptor;
    const store = installTuplestore(this.engine, this.#returnSet, address, this.#perQuery, memoryKilobytes);
    const rows = new RowStore(this.engine, this.#perQuery, store, descriptor, formats);
    for (const former of this.#stores.splice(0, Number.POSITIVE_INFINITY, rows)) former.discard();
    return rows;
  }

  /** Ends open sets, writes isnull and yields the Datum: what the body's return means to the engine. */
  complete(): number {
    for (const rows of this.#stores) rows.finish();
    this.engine.heap.setInt8(this.#at + CALL.isnull, this.#isNull ? 1 : 0);
    return this.#result;
  }

  /** Ends the call: neither it nor its sets reach the engine's memory any more. */
  end(): void {
    this.#address = OVER;
    for (const rows of this.#stores) rows.abandon();
  }

  get #at(): number {
    if (this.#address === OVER) throw new SqlError({ message: `the call of function ${this.symbol} is over` });
    return this.#address;
  }

  get #returnSet(): number {
    return this.engine.heap.int32(this.#at + CALL.resultinfo);
  }

  get #perQuery(): number {
    return perQueryContext(this.engine, this.#returnSet);
  }

  #argument(index: number): number {
    return this.#at + CALL.args + index * CALL.argStride;
  }

  #datum(index: number): number {
    if (this.isNull(index)) {
      throw new SqlError({ sqlState: '22004', message: `argument ${index + 1} of function ${this.symbol} is null` });
    }
    return this.engine.heap.int32(this.#argument(index));
  }

  #typeOf(index: number): number {
    const typeOid = this.argumentType(index);
    if (typeOid === 0) {
      throw new SqlError({ sqlState: '22023', message: `could not determine data type for argument ${index + 1}` });
    }
    return typeOid;
  }

  #varlena<T>(index: number, read: (at: number, byteLength: number) => T): T {
    const { functions, heap } = this.engine;
    const datum = this.#datum(index);
    const plain = functions.pg_detoast_datum_packed(datum);
    const range = varlenaRange(heap, plain);
    const value = read(range.at, range.byteLength);
    if (plain !== datum) functions.pfree(plain);
    return value;
  }

  #return(datum: number): void {
    this.#result = datum;
    this.#isNull = false;
  }
}
