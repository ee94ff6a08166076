import { CALL, FMGR_INFO, HEAP_TUPLE, PG_TYPE, STRING_INFO, SYSCACHE, TYPE } from '../abi-pg18.ts';
import type { Engine } from '../engine.ts';
import { SqlError } from '../ereport.ts';
import { withScratch } from '../memory.ts';
import type { Attribute } from '../tuple-descriptor.ts';
import { COLUMN, KIND, type Kind } from './layout.ts';

const UNLIMITED = 0xffffffff;
const VARHDRSZ = 4;

/** The wire format of a column: 0 text, 1 binary. */
export type Format = 0 | 1;

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
  [TYPE.date, KIND.date],
]);

// With a modifier these are rounded, which is the receive function's business.
const BINARY_KIND_WITHOUT_TYPMOD: ReadonlyMap<number, Kind> = new Map([
  [TYPE.timestamp, KIND.timestamp],
  [TYPE.timestamptz, KIND.timestamp],
  [TYPE.interval, KIND.interval],
  [TYPE.time, KIND.time],
]);

const TEXT_KIND: ReadonlyMap<number, Kind> = new Map([
  [TYPE.int2, KIND.int2Text],
  [TYPE.int4, KIND.int4Text],
  [TYPE.int8, KIND.int8Text],
  [TYPE.bool, KIND.boolText],
  [TYPE.float8, KIND.float8Text],
  [TYPE.date, KIND.dateText],
]);

const TEXT_KIND_WITHOUT_TYPMOD: ReadonlyMap<number, Kind> = new Map([
  [TYPE.timestamp, KIND.timestampText],
  [TYPE.timestamptz, KIND.timestamptzText],
]);

function kindOf(attribute: Attribute, format: Format): Kind {
  const { typeOid, typmod } = attribute;
  // Text is the same bytes in both formats.
  if (typeOid === TYPE.text || typeOid === TYPE.varchar) return KIND.text;
  if (typeOid === TYPE.bpchar) return typmod < 0 ? KIND.text : KIND.input;
  const [always, withoutTypmod, otherwise] =
    format === 0
      ? [TEXT_KIND, TEXT_KIND_WITHOUT_TYPMOD, KIND.input]
      : [BINARY_KIND, BINARY_KIND_WITHOUT_TYPMOD, KIND.receive];
  return always.get(typeOid) ?? (typmod < 0 ? withoutTypmod.get(typeOid) : undefined) ?? otherwise;
}

function limitOf(attribute: Attribute): number {
  if (attribute.typeOid === TYPE.uuid) return attribute.length;
  return attribute.typmod < VARHDRSZ ? UNLIMITED : attribute.typmod - VARHDRSZ;
}

const WITH_RECEIVE: ReadonlySet<Kind> = new Set([KIND.receive, KIND.timestamp, KIND.date, KIND.time]);
const WITH_INPUT: ReadonlySet<Kind> = new Set([
  KIND.input,
  ...TEXT_KIND.values(),
  ...TEXT_KIND_WITHOUT_TYPMOD.values(),
]);

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

/**
 * Chooses how a column is converted and writes it down for the loop at `at`, which is zeroed.
 *
 * @param context - memory that lives as long as the result
 * @returns whether functions may run for the column, so that it needs memory per row
 */
export function writeColumn(
  engine: Engine,
  at: number,
  attribute: Attribute,
  format: Format,
  context: number,
): boolean {
  const { functions, heap } = engine;
  const kind = kindOf(attribute, format);
  const limit = limitOf(attribute);
  heap.setInt32(at + COLUMN.kind, kind);
  heap.setInt32(at + COLUMN.typmod, attribute.typmod);
  heap.setInt32(at + COLUMN.limit, limit);
  heap.setInt32(at + COLUMN.strict, 1);
  if (WITH_INPUT.has(kind) || (kind === KIND.text && limit !== UNLIMITED)) {
    const { oid, typioparam } = inputFunction(engine, attribute.typeOid);
    const info = functions.MemoryContextAlloc(context, FMGR_INFO.byteLength);
    functions.fmgr_info_cxt(oid, info, context);
    heap.setInt32(at + COLUMN.info, info);
    heap.setInt32(at + COLUMN.typioparam, typioparam);
    heap.setInt32(at + COLUMN.strict, heap.int8(info + FMGR_INFO.strict));
    return true;
  }
  if (WITH_RECEIVE.has(kind)) {
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
    return true;
  }
  return false;
}
