import {
  CALL,
  FMGR_INFO,
  HEAP_TUPLE,
  MAX_ALLOCATION,
  PG_TYPE,
  RETURN_SET,
  SET_MODE,
  STRING_INFO,
  SYSCACHE,
  TYPE,
} from './abi-pg18.ts';
import type { Engine } from './engine.ts';
import { SqlError } from './ereport.ts';
import { encodeText, inContext, withScratch } from './memory.ts';
import { COLUMN, KIND, STATE } from './row-loop.ts';
import type { Attribute, TupleDescriptor } from './tuple-descriptor.ts';

const SMALL_BUFFER = 2 * 1024;
const LARGE_BUFFER = 128 * 1024;
// The loop reads words where bytes may be left, and lends the byte after a field to a terminating zero.
const PADDING = 16;
const UNLIMITED = 0xffffffff;
const VARHDRSZ = 4;

/** The wire format of a column: 0 text, 1 binary. */
export type Format = 0 | 1;

type Kind = (typeof KIND)[keyof typeof KIND];

const BINARY_KIND: ReadonlyMap<number, Kind> = new Map([
  [TYPE.bool, KIND.bool],
  [TYPE.int2, KIND.int2],
  [TYPE.int4, KIND.int4],
  [TYPE.oid, KIND.int4],
  [TYPE.float4, KIND.int4],
  [TYPE.int8, KIND.int8],
  [TYPE.float8, KIND.int8],
  [TYPE.bytea, KIND.bytea],
  [TYPE.uuid, KIND.fixed],
]);

// With a modifier these are rounded, which is the receive function's business.
const BINARY_KIND_WITHOUT_TYPMOD: ReadonlyMap<number, Kind> = new Map([
  [TYPE.timestamp, KIND.timestamp],
  [TYPE.timestamptz, KIND.timestamp],
  [TYPE.interval, KIND.interval],
]);

function kindOf(attribute: Attribute, format: Format): Kind {
  const { typeOid, typmod } = attribute;
  if (attribute.dropped) return KIND.dropped;
  // Text is the same bytes in both formats.
  if (typeOid === TYPE.text || typeOid === TYPE.varchar) return KIND.text;
  if (typeOid === TYPE.bpchar) return typmod < 0 ? KIND.text : KIND.input;
  if (format === 0) return KIND.input;
  const kind = BINARY_KIND.get(typeOid);
  if (kind !== undefined) return kind;
  return (typmod < 0 ? BINARY_KIND_WITHOUT_TYPMOD.get(typeOid) : undefined) ?? KIND.receive;
}

function limitOf(attribute: Attribute): number {
  if (attribute.typeOid === TYPE.uuid) return attribute.length;
  return attribute.typmod < VARHDRSZ ? UNLIMITED : attribute.typmod - VARHDRSZ;
}

function needsReceive(kind: Kind): boolean {
  return kind === KIND.receive || kind === KIND.timestamp;
}

function needsInput(kind: Kind, limit: number): boolean {
  return kind === KIND.input || (kind === KIND.text && limit !== UNLIMITED);
}

/** The receive function of a type and the OID it is told (getTypeBinaryInputInfo, which is not exported). */
function receiveFunction(engine: Engine, typeOid: number): { readonly oid: number; readonly typioparam: number } {
  const { functions, heap } = engine;
  const tuple = functions.SearchSysCache1(SYSCACHE.typeOid, typeOid);
  if (tuple === 0) throw new SqlError({ message: `cache lookup failed for type ${typeOid}` });
  const header = heap.int32(tuple + HEAP_TUPLE.header);
  const form = header + heap.int8(header + HEAP_TUPLE.headerOffset);
  const oid = heap.uint32(form + PG_TYPE.receive);
  const element = heap.uint32(form + PG_TYPE.element);
  functions.ReleaseSysCache(tuple);
  if (oid === 0) {
    throw new SqlError({ sqlState: '42883', message: `no binary input function available for type ${typeOid}` });
  }
  return { oid, typioparam: element === 0 ? typeOid : element };
}

function inputFunction(engine: Engine, typeOid: number): { readonly oid: number; readonly typioparam: number } {
  return withScratch(engine, 8, (at) => {
    engine.functions.getTypeInputInfo(typeOid, at, at + 4);
    return { oid: engine.heap.uint32(at), typioparam: engine.heap.uint32(at + 4) };
  });
}

function writeColumn(engine: Engine, at: number, attribute: Attribute, format: Format, context: number): Kind {
  const { functions, heap } = engine;
  const kind = kindOf(attribute, format);
  const limit = limitOf(attribute);
  heap.setInt32(at + COLUMN.kind, kind);
  heap.setInt32(at + COLUMN.typmod, attribute.typmod);
  heap.setInt32(at + COLUMN.limit, limit);
  heap.setInt32(at + COLUMN.strict, 1);
  if (needsInput(kind, limit)) {
    const { oid, typioparam } = inputFunction(engine, attribute.typeOid);
    const info = functions.MemoryContextAlloc(context, FMGR_INFO.byteLength);
    functions.fmgr_info_cxt(oid, info, context);
    heap.setInt32(at + COLUMN.info, info);
    heap.setInt32(at + COLUMN.typioparam, typioparam);
    heap.setInt32(at + COLUMN.strict, heap.int8(info + FMGR_INFO.strict));
  } else if (needsReceive(kind)) {
    const { oid, typioparam } = receiveFunction(engine, attribute.typeOid);
    const callLength = CALL.args + 3 * CALL.argStride;
    const info = functions.MemoryContextAlloc(context, FMGR_INFO.byteLength);
    functions.fmgr_info_cxt(oid, info, context);
    const call = functions.MemoryContextAlloc(context, callLength + STRING_INFO.byteLength);
    heap.bytes.fill(0, call, call + callLength);
    heap.setInt32(call + CALL.flinfo, info);
    heap.setInt16(call + CALL.nargs, 3);
    heap.setInt32(call + CALL.args + CALL.argStride, typioparam);
    heap.setInt32(call + CALL.args + 2 * CALL.argStride, attribute.typmod);
    heap.setInt32(at + COLUMN.info, info);
    heap.setInt32(at + COLUMN.receiveCall, call);
    heap.setInt32(at + COLUMN.stringInfo, call + callLength);
  }
  return kind;
}

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

/** Makes an empty tuplestore the result of a call, in place of the one before. */
export function installTuplestore(engine: Engine, returnSet: number, descriptor: number, perQuery: number): number {
  const { functions, heap, addressOf } = engine;
  const former = heap.int32(returnSet + RETURN_SET.setResult);
  if (former !== 0) functions.tuplestore_end(former);
  heap.setInt32(returnSet + RETURN_SET.setResult, 0);
  const randomAccess = (heap.int32(returnSet + RETURN_SET.allowedModes) & SET_MODE.materializeRandom) === 0 ? 0 : 1;
  const store = inContext(engine, perQuery, () =>
    functions.tuplestore_begin_heap(randomAccess, 0, heap.int32(addressOf.work_mem)),
  );
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
    const valuesAt = columnsAt + natts * COLUMN.byteLength;
    const nullsAt = valuesAt + natts * 4;
    const state = functions.MemoryContextAlloc(this.#context, nullsAt + natts);
    heap.bytes.fill(0, state, state + nullsAt + natts);
    this.#state = state;
    let converts = false;
    for (const [index, attribute] of attributes.entries()) {
      const at = state + columnsAt + index * COLUMN.byteLength;
      const kind = writeColumn(engine, at, attribute, formats[index] ?? 0, this.#context);
      converts ||= kind === KIND.input || kind === KIND.receive || kind === KIND.text || kind === KIND.timestamp;
    }
    this.#rowContext = converts ? makeContext(engine, this.#context) : 0;
    heap.setInt32(state + STATE.store, store);
    heap.setInt32(state + STATE.descriptor, address);
    heap.setInt32(state + STATE.values, state + valuesAt);
    heap.setInt32(state + STATE.nulls, state + nullsAt);
    heap.setInt32(state + STATE.natts, natts);
    heap.setInt32(state + STATE.columns, state + columnsAt);
    heap.setInt32(state + STATE.rowContext, this.#rowContext);
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
