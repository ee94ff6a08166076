// The application binary interface of PostgreSQL 18 built for wasm32: offsets in bytes, int is 4 bytes, pointers are
// 4 bytes, Datum is 4 bytes. Each block names the C declaration that it mirrors. abi-check.ts tries it on the engine.

/**
 * PGlite versions whose engine has this interface.
 *
 * @example
 * ```ts
 * PEER_RANGE; // '@electric-sql/pglite >=0.5.0 <0.6.0'
 * ```
 */
export const PEER_RANGE = '@electric-sql/pglite >=0.5.0 <0.6.0';

/** Pg_magic_struct (fmgr.h): the loader compares it byte by byte and refuses another major version by name. */
export const MAGIC = {
  byteLength: 64,
  version: 1800,
  funcMaxArgs: 100,
  indexMaxKeys: 32,
  nameDataLength: 64,
  float8ByValue: 0,
  abiExtra: 'PostgreSQL',
  abiExtraLength: 32,
  nameAt: 56,
  versionAt: 60,
} as const;

/** FunctionCallInfoBaseData and NullableDatum (fmgr.h). */
export const CALL = {
  flinfo: 0,
  context: 4,
  resultinfo: 8,
  collation: 12,
  isnull: 16,
  nargs: 18,
  args: 20,
  argStride: 8,
  argIsnull: 4,
} as const;

/** FmgrInfo (fmgr.h). */
export const FMGR_INFO = { address: 0, oid: 4, nargs: 8, strict: 10, retset: 11, extra: 16, byteLength: 28 } as const;

/** ReturnSetInfo (execnodes.h). */
export const RETURN_SET = {
  econtext: 4,
  expectedDesc: 8,
  allowedModes: 12,
  returnMode: 16,
  isDone: 20,
  setResult: 24,
  setDesc: 28,
} as const;

/** SetFunctionReturnMode (execnodes.h). */
export const SET_MODE = { valuePerCall: 1, materialize: 2, materializeRandom: 4 } as const;

/** ExprContext (execnodes.h). */
export const EXPR_CONTEXT = { perQueryMemory: 16, perTupleMemory: 20 } as const;

/** NodeTag (nodetags.h). */
export const NODE = { returnSetInfo: 391, list: 1, string: 0 } as const;

/** TypeFuncClass (funcapi.h). */
export const RESULT_CLASS = { scalar: 0, composite: 1, compositeDomain: 2, record: 3, other: 4 } as const;

/** TupleDescData with its CompactAttribute array before the FormData_pg_attribute one (tupdesc.h). */
export const TUPLE_DESC = { natts: 0, typeOid: 4, typmod: 8, compactAttributes: 20, compactStride: 16 } as const;

/** CompactAttribute (tupdesc.h). */
export const COMPACT_ATTRIBUTE = { length: 4, byValue: 6, packable: 7, alignBy: 12 } as const;

/** FormData_pg_attribute (pg_attribute.h). */
export const ATTRIBUTE = {
  byteLength: 100,
  name: 4,
  typeOid: 68,
  length: 72,
  number: 74,
  typmod: 76,
  byValue: 82,
  align: 83,
  notNull: 86,
  identity: 89,
  generated: 90,
  dropped: 91,
  collation: 96,
} as const;

/** HeapTupleData and HeapTupleHeaderData (htup.h, htup_details.h). */
export const HEAP_TUPLE = { length: 0, header: 16, byteLength: 20, headerOffset: 22, bits: 23 } as const;

/** Bits of t_infomask (htup_details.h). */
export const HEAP_HAS = { null: 1, varWidth: 2 } as const;

/** FormData_pg_type (pg_type.h). */
export const PG_TYPE = { oid: 0, length: 76, byValue: 78, type: 79, element: 92, input: 100, receive: 108 } as const;

/** FormData_pg_index (pg_index.h). */
export const PG_INDEX = { relation: 4, keyAttributes: 10, primary: 14, key: 24 } as const;

/** int2vector, oidvector and ArrayType (c.h, array.h): a one-dimensional array without NULLs keeps its items at 24. */
export const ARRAY = { dimensions: 4, dataOffset: 8, elementType: 12, length: 16, lowerBound: 20, items: 24 } as const;

/** RelationData (rel.h). */
export const RELATION = { form: 48, descriptor: 52, id: 56 } as const;

/** FormData_pg_class (pg_class.h). */
export const PG_CLASS = { name: 4, namespace: 68, kind: 119 } as const;

/** ForeignServer, ForeignDataWrapper, UserMapping (foreign.h). */
export const FOREIGN_SERVER = { oid: 0, wrapper: 4, name: 12, options: 24 } as const;
export const FOREIGN_DATA_WRAPPER = { name: 8, options: 20 } as const;
export const USER_MAPPING = { options: 12 } as const;

/** List, ListCell, DefElem, String (pg_list.h, parsenodes.h, value.h). */
export const LIST = { length: 4, cells: 12, cellStride: 4 } as const;
export const DEF_ELEM = { name: 8, argument: 12 } as const;
export const STRING_NODE = { value: 4 } as const;

/** StringInfoData (stringinfo.h). */
export const STRING_INFO = { data: 0, length: 4, maximum: 8, cursor: 12, byteLength: 16 } as const;

/** SPITupleTable (spi.h). */
export const SPI_TUPLE_TABLE = { descriptor: 0, rows: 4, count: 8 } as const;

/** Syscache numbers (syscache_ids.h, generated in alphabetical order). */
export const SYSCACHE = { indexRelid: 34, typeOid: 82 } as const;

/** Message levels (elog.h). */
export const LEVEL = { DEBUG1: 14, LOG: 15, INFO: 17, NOTICE: 18, WARNING: 19, ERROR: 21 } as const;

/** AclMode bits and AclResult (parsenodes.h, acl.h). */
export const ACL = { select: 2n, usage: 256n, ok: 0 } as const;

/** ObjectType (parsenodes.h). */
export const OBJECT = { foreignServer: 17 } as const;

/** Catalog OIDs (pg_foreign_server.h). */
export const CATALOG = { foreignServer: 1417 } as const;

/** Lock modes (lockdefs.h). */
export const LOCK = { accessShare: 1, none: 0 } as const;

/** GucContext, GucSource, GucAction (guc.h). */
export const GUC = { userset: 6, sourceSession: 13, actionSave: 2 } as const;

/** The number of PG_UTF8 (pg_wchar.h). */
export const UTF8 = 6;

/** Type OIDs (pg_type_d.h), as every PostgreSQL has them. */
export const TYPE = {
  bool: 16,
  bytea: 17,
  char: 18,
  name: 19,
  int8: 20,
  int2: 21,
  int2vector: 22,
  int4: 23,
  text: 25,
  oid: 26,
  float4: 700,
  float8: 701,
  unknown: 705,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  time: 1083,
  timestamp: 1114,
  timestamptz: 1184,
  interval: 1186,
  timetz: 1266,
  uuid: 2950,
} as const;

/** Largest palloc request (memutils.h). */
export const MAX_ALLOCATION = 0x3fffffff;
