/** Backend functions that this package calls; Datum, Oid, pointers and bool are numbers, int64 and AclMode are bigints. */
export interface EngineFunctions {
  readonly malloc: (size: number) => number;
  readonly palloc: (size: number) => number;
  readonly palloc0: (size: number) => number;
  readonly pfree: (pointer: number) => void;
  readonly MemoryContextAlloc: (context: number, size: number) => number;
  readonly MemoryContextAllocHuge: (context: number, size: number) => number;
  readonly MemoryContextReset: (context: number) => void;
  readonly MemoryContextDelete: (context: number) => void;
  readonly AllocSetContextCreateInternal: (
    parent: number,
    name: number,
    minimum: number,
    initial: number,
    maximum: number,
  ) => number;

  readonly errstart: (level: number, domain: number) => number;
  readonly errcode: (sqlState: number) => number;
  readonly errmsg_internal: (format: number, values: number) => number;
  readonly errdetail_internal: (format: number, values: number) => number;
  readonly errhint: (format: number, values: number) => number;
  readonly set_errcontext_domain: (domain: number) => number;
  readonly errcontext_msg: (format: number, values: number) => number;
  readonly errfinish: (file: number, line: number, functionName: number) => void;

  readonly FlushErrorState: () => void;

  readonly fmgr_info: (functionOid: number, info: number) => void;
  readonly fmgr_info_cxt: (functionOid: number, info: number, context: number) => void;
  readonly InputFunctionCall: (info: number, text: number, typioparam: number, typmod: number) => number;
  readonly getTypeInputInfo: (type: number, input: number, typioparam: number) => void;
  readonly getTypeOutputInfo: (type: number, output: number, isVarlena: number) => void;
  readonly get_typlenbyvalalign: (type: number, length: number, byValue: number, align: number) => void;
  readonly OidOutputFunctionCall: (functionOid: number, value: number) => number;

  readonly pg_detoast_datum: (datum: number) => number;
  readonly pg_detoast_datum_packed: (datum: number) => number;
  readonly construct_md_array: (
    elements: number,
    nulls: number,
    dimensions: number,
    lengths: number,
    lowerBounds: number,
    type: number,
    typeLength: number,
    byValue: number,
    align: number,
  ) => number;
  readonly deconstruct_array: (
    array: number,
    type: number,
    typeLength: number,
    byValue: number,
    align: number,
    elements: number,
    nulls: number,
    count: number,
  ) => void;
  readonly pg_verifymbstr: (text: number, length: number, noError: number) => number;

  readonly get_call_result_type: (call: number, type: number, descriptor: number) => number;
  readonly get_fn_expr_argtype: (info: number, argument: number) => number;
  readonly get_fn_expr_variadic: (info: number) => number;
  readonly CreateTemplateTupleDesc: (columns: number) => number;
  readonly BlessTupleDesc: (descriptor: number) => number;
  readonly CreateTupleDescCopy: (descriptor: number) => number;
  readonly TupleDescInitEntry: (
    descriptor: number,
    column: number,
    name: number,
    type: number,
    typmod: number,
    dimensions: number,
  ) => void;
  readonly tuplestore_begin_heap: (randomAccess: number, interTransaction: number, kilobytes: number) => number;
  readonly tuplestore_putvalues: (store: number, descriptor: number, values: number, nulls: number) => void;
  readonly tuplestore_puttuple: (store: number, tuple: number) => void;
  readonly tuplestore_clear: (store: number) => void;
  readonly tuplestore_end: (store: number) => void;

  readonly GetUserId: () => number;
  readonly GetUserNameFromId: (role: number, noError: number) => number;
  readonly superuser_arg: (role: number) => number;
  readonly GetDatabaseEncoding: () => number;
  readonly GetDatabaseEncodingName: () => number;
  readonly GetConfigOption: (name: number, missingOk: number, restrict: number) => number;
  readonly set_config_option: (
    name: number,
    value: number,
    context: number,
    source: number,
    action: number,
    change: number,
    level: number,
    isReload: number,
  ) => number;
  readonly NewGUCNestLevel: () => number;
  readonly AtEOXact_GUC: (isCommit: number, level: number) => void;
  readonly SearchSysCache1: (cache: number, key: number) => number;
  readonly ReleaseSysCache: (tuple: number) => void;
  readonly GetForeignServerByName: (name: number, missingOk: number) => number;
  readonly GetForeignDataWrapper: (oid: number) => number;
  readonly GetUserMapping: (role: number, server: number) => number;
  readonly object_aclcheck: (catalog: number, object: number, role: number, mode: bigint) => number;
  readonly aclcheck_error: (result: number, objectType: number, name: number) => void;
  readonly pg_class_aclcheck: (relation: number, role: number, mode: bigint) => number;
  readonly get_relkind_objtype: (kind: number) => number;
  readonly cstring_to_text: (text: number) => number;
  readonly textToQualifiedNameList: (text: number) => number;
  readonly makeRangeVarFromNameList: (names: number) => number;
  readonly table_openrv: (rangeVar: number, lock: number) => number;
  readonly table_close: (relation: number, lock: number) => void;
  readonly RelationGetIndexList: (relation: number) => number;
  readonly RelationIsVisible: (relation: number) => number;
  readonly get_namespace_name: (namespace: number) => number;
  readonly quote_qualified_identifier: (qualifier: number, name: number) => number;
  readonly SPI_connect: () => number;
  readonly SPI_execute: (sql: number, readOnly: number, limit: number) => number;
  readonly SPI_finish: () => number;
  readonly SPI_getvalue: (tuple: number, descriptor: number, column: number) => number;
  readonly SPI_result_code_string: (code: number) => number;

  readonly ProcessInterrupts: () => void;
  readonly GetCurrentTimestamp: () => bigint;
}

/** Backend variables whose addresses this package reads or writes. */
export type EngineVariable =
  | 'CurrentMemoryContext'
  | 'TopMemoryContext'
  | 'error_context_stack'
  | 'InterruptPending'
  | 'PG_exception_stack'
  | 'QueryCancelPending'
  | 'SPI_processed'
  | 'SPI_tuptable'
  | 'work_mem';

/** The names of {@link EngineFunctions}, checked against the engine when it starts. */
export const FUNCTION_NAMES: readonly (keyof EngineFunctions)[] = [
  'malloc',
  'palloc',
  'palloc0',
  'pfree',
  'MemoryContextAlloc',
  'MemoryContextAllocHuge',
  'MemoryContextReset',
  'MemoryContextDelete',
  'AllocSetContextCreateInternal',
  'errstart',
  'errcode',
  'errmsg_internal',
  'errdetail_internal',
  'errhint',
  'set_errcontext_domain',
  'errcontext_msg',
  'errfinish',
  'FlushErrorState',
  'fmgr_info',
  'fmgr_info_cxt',
  'InputFunctionCall',
  'getTypeInputInfo',
  'getTypeOutputInfo',
  'get_typlenbyvalalign',
  'OidOutputFunctionCall',
  'pg_detoast_datum',
  'pg_detoast_datum_packed',
  'construct_md_array',
  'deconstruct_array',
  'pg_verifymbstr',
  'get_call_result_type',
  'get_fn_expr_argtype',
  'get_fn_expr_variadic',
  'CreateTemplateTupleDesc',
  'BlessTupleDesc',
  'CreateTupleDescCopy',
  'TupleDescInitEntry',
  'tuplestore_begin_heap',
  'tuplestore_putvalues',
  'tuplestore_puttuple',
  'tuplestore_clear',
  'tuplestore_end',
  'GetUserId',
  'GetUserNameFromId',
  'superuser_arg',
  'GetDatabaseEncoding',
  'GetDatabaseEncodingName',
  'GetConfigOption',
  'set_config_option',
  'NewGUCNestLevel',
  'AtEOXact_GUC',
  'SearchSysCache1',
  'ReleaseSysCache',
  'GetForeignServerByName',
  'GetForeignDataWrapper',
  'GetUserMapping',
  'object_aclcheck',
  'aclcheck_error',
  'pg_class_aclcheck',
  'get_relkind_objtype',
  'cstring_to_text',
  'textToQualifiedNameList',
  'makeRangeVarFromNameList',
  'table_openrv',
  'table_close',
  'RelationGetIndexList',
  'RelationIsVisible',
  'get_namespace_name',
  'quote_qualified_identifier',
  'SPI_connect',
  'SPI_execute',
  'SPI_finish',
  'SPI_getvalue',
  'SPI_result_code_string',
  'ProcessInterrupts',
  'GetCurrentTimestamp',
];

/** The names of {@link EngineVariable}. */
export const VARIABLE_NAMES: readonly EngineVariable[] = [
  'CurrentMemoryContext',
  'TopMemoryContext',
  'error_context_stack',
  'InterruptPending',
  'PG_exception_stack',
  'QueryCancelPending',
  'SPI_processed',
  'SPI_tuptable',
  'work_mem',
];
