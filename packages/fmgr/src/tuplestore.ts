import { MAX_ALLOCATION, RETURN_SET, SET_MODE } from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { inContext } from './memory.ts';
import { type Format, writeColumn } from './rows/columns.ts';
import { COLUMN, STATE } from './rows/layout.ts';
import { makeTupleRoom } from './rows/tuple-room.ts';
import { encodeText } from './runtime.ts';
import type { TupleDescriptor } from './tuple-descriptor.ts';

const SMALL_BUFFER = 2 * 1024;
const LARGE_BUFFER = 128 * 1024;
// The loop reads words where bytes may be left, and lends the byte after a field to a terminating zero.
const PADDING = 16;

/** Checks that the caller can take a set as a tuplestore (dblink.c prepTuplestoreResult) and says that it comes so. */
export function prepareReturnSet(engine: Engine, returnSet: number): void {
  const { heap } = engine;
  if (returnSet === 0) {
    throw new SqlError({
      sqlState: '0A000',
      message: 'set-valued function called in context that cannot accept a set',
    });
  }
  if ((heap.int32(returnSet + RETURN_SET.allowedModes) & SET_MODE.materialize) === 0) {
    throw new SqlError({
      sqlState: '42601',
      message: 'materialize mode required, but it is not allowed in this context',
    });
  }
  heap.setInt32(returnSet + RETURN_SET.returnMode, SET_MODE.materialize);
  heap.setInt32(returnSet + RETURN_SET.setResult, 0);
  heap.setInt32(returnSet + RETURN_SET.setDesc, 0);
}

/** The setting work_mem, in kilobytes. */
export function workMemory(engine: Engine): number {
  return engine.heap.int32(engine.addressOf.work_mem);
}

/** Makes an empty tuplestore the result of a call, in place of the one before. */
export function installTuplestore(
  engine: Engine,
  returnSet: number,
  descriptor: number,
  perQuery: number,
  memoryKilobytes: number,
): number {
  const { functions, heap } = engine;
  const former = heap.int32(returnSet + RETURN_SET.setResult);
  if (former !== 0) functions.tuplestore_end(former);
  heap.setInt32(returnSet + RETURN_SET.setResult, 0);
  const randomAccess = (heap.int32(returnSet + RETURN_SET.allowedModes) & SET_MODE.materializeRandom) === 0 ? 0 : 1;
  const store = inContext(engine, perQuery, () => functions.tuplestore_begin_heap(randomAccess, 0, memoryKilobytes));
  heap.setInt32(returnSet + RETURN_SET.setResult, store);
  heap.setInt32(returnSet + RETURN_SET.setDesc, descriptor);
  return store;
}

function encodeTextRow(values: readonly (string | null)[]): Uint8Array<ArrayBuffer> {
  const fields = values.map((value) => (value === null ? null : encodeText(value)));
  const bodyLength = fields.reduce((sum, field) => sum + 4 + (field?.length ?? 0), 6);
  const bytes = new Uint8Array(1 + bodyLength);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x44;
  view.setInt32(1, bodyLength);
  view.setInt16(5, fields.length);
  let at = 7;
  for (const field of fields) {
    view.setInt32(at, field?.length ?? -1);
    if (field !== null) bytes.set(field, at + 4);
    at += 4 + (field?.length ?? 0);
  }
  return bytes;
}

/**
 * Puts rows into the tuplestore of a call, from the bytes of DataRow messages.
 *
 * How each column is converted is chosen once: laid out as a Datum where it lies, through the type's receive function,
 * or through its input function. Text is verified against the database encoding on every path.
 *
 * @example
 * ```ts
 * const rows: RowStore = call.openRows(call.ownDescriptor([{ name: 'status', typeOid: 25 }]));
 * rows.putText(['INSERT 0 1']);
 * ```
 */
export class RowStore {
  readonly #engine: Engine;
  readonly #context: number;
  readonly #rowContext: number;
  readonly #state: number;
  readonly #formats: ArrayLike<Format>;
  #buffer = 0;
  #capacity = 0;
  #filled = 0;
  #rowCount = 0;
  #phase: 'open' | 'finished' = 'open';

  constructor(
    engine: Engine,
    perQuery: number,
    store: number,
    descriptor: TupleDescriptor,
    formats: ArrayLike<Format>,
  ) {
    const { functions, heap } = engine;
    const { attributes, address } = descriptor;
    const natts = attributes.length;
    this.#engine = engine;
    this.#formats = formats;
    this.#context = makeContext(engine, perQuery);
    const columnsAt = STATE.byteLength;
    const live = [...attributes.entries()].filter(([, { dropped }]) => !dropped);
    const valuesAt = columnsAt + live.length * COLUMN.byteLength;
    const nullsAt = valuesAt + natts * 4;
    const state = functions.MemoryContextAlloc(this.#context, nullsAt + natts);
    heap.bytes.fill(0, state, state + nullsAt + natts);
    this.#state = state;
    // A dropped attribute is NULL in every row.
    for (const [index, { dropped }] of attributes.entries()) heap.setInt8(state + nullsAt + index, dropped ? 1 : 0);
    let converts = false;
    for (const [column, [index, attribute]] of live.entries()) {
      const at = state + columnsAt + column * COLUMN.byteLength;
      heap.setInt32(at + COLUMN.advance, (live[column + 1]?.[0] ?? natts) - index);
      converts = writeColumn(engine, at, attribute, formats[column] ?? 0, this.#context) || converts;
    }
    this.#rowContext = converts ? makeContext(engine, this.#context) : 0;
    heap.setInt32(state + STATE.store, store);
    heap.setInt32(state + STATE.descriptor, address);
    heap.setInt32(state + STATE.values, state + valuesAt);
    heap.setInt32(state + STATE.nulls, state + nullsAt);
    heap.setInt32(state + STATE.columnCount, live.length);
    heap.setInt32(state + STATE.skipped, live[0]?.[0] ?? 0);
    heap.setInt32(state + STATE.columns, state + columnsAt);
    heap.setInt32(state + STATE.rowContext, this.#rowContext);
    makeTupleRoom(engine, state, state + columnsAt, descriptor, this.#context);
  }

  /** Rows stored so far. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /**
   * Stores rows from a stretch of a stream of DataRow messages, headers included. A message may be cut anywhere; the
   * rest comes with the next call. The bytes may be those of shared memory.
   *
   * @throws the engine's own conversion errors; {@link SqlError} 08P01 for bytes that are no DataRow, 42804 when the
   * number of fields is not the number of columns
   */
  put(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    if (this.#phase !== 'open') throw new SqlError({ message: 'rows put into a finished set' });
    let at = start;
    while (at < end) {
      this.#reserve(end - at);
      const step = Math.min(end - at, this.#capacity - this.#filled);
      this.#engine.heap.write(this.#buffer + this.#filled, bytes.subarray(at, at + step));
      this.#filled += step;
      at += step;
      this.#convert();
    }
  }

  /** Stores one row through the types' input functions; every column must have text format. */
  putText(values: readonly (string | null)[]): void {
    if (Array.prototype.some.call(this.#formats, (format) => format === 1)) {
      throw new SqlError({ message: 'text row put into a set of binary columns' });
    }
    this.put(encodeTextRow(values));
  }

  /** Ends the set. @throws {@link SqlError} 08P01 when the last message is not whole */
  finish(): void {
    if (this.#phase === 'finished') return;
    this.discard();
    if (this.#filled > 0) throw new SqlError({ sqlState: '08P01', message: 'result ends inside a DataRow message' });
  }

  /** Takes no more rows; the engine has the memory already. */
  abandon(): void {
    this.#phase = 'finished';
  }

  /** Drops the set's memory; its tuplestore is no longer the call's. */
  discard(): void {
    if (this.#phase === 'finished') return;
    this.#phase = 'finished';
    this.#engine.functions.MemoryContextDelete(this.#context);
  }

  #convert(): void {
    const { heap } = this.#engine;
    const end = this.#buffer + this.#filled;
    const run = (): number => this.#engine.rowLoop(this.#state, this.#buffer, end);
    const next = this.#rowContext === 0 ? run() : inContext(this.#engine, this.#rowContext, run);
    this.#rowCount += heap.int32(this.#state + STATE.rows);
    this.#filled = end - next;
    if (next !== this.#buffer && this.#filled > 0) heap.bytes.copyWithin(this.#buffer, next, end);
  }

  /** Makes room for more bytes: for a whole large buffer at most, or for the message that the buffer begins with. */
  #reserve(more: number): void {
    const { heap } = this.#engine;
    let wanted = Math.min(Math.max(this.#filled + more, SMALL_BUFFER), LARGE_BUFFER);
    if (this.#filled >= 5) {
      const message = 1 + new DataView(heap.bytes.buffer).getUint32(this.#buffer + 1);
      if (message > MAX_ALLOCATION) {
        throw new SqlError({
          sqlState: '54000',
          message: 'DataRow message is too long',
          detail: `It has ${message} bytes.`,
        });
      }
      wanted = Math.max(wanted, message);
    }
    if (wanted <= this.#capacity) return;
    const grown = this.#engine.functions.MemoryContextAllocHuge(this.#context, wanted + PADDING);
    heap.bytes.copyWithin(grown, this.#buffer, this.#buffer + this.#filled);
    if (this.#buffer !== 0) this.#engine.functions.pfree(this.#buffer);
    this.#buffer = grown;
    this.#capacity = wanted;
  }
}

const CONTEXT_SIZES = { minimum: 0, initial: 8 * 1024, maximum: 8 * 1024 * 1024 } as const;

function makeContext(engine: Engine, parent: number): number {
  return engine.functions.AllocSetContextCreateInternal(
    parent,
    engine.constants.cString('fmgr rows'),
    CONTEXT_SIZES.minimum,
    CONTEXT_SIZES.initial,
    CONTEXT_SIZES.maximum,
  );
}
