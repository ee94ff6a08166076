import { ARRAY, FMGR_INFO, HEAP_TUPLE, PG_INDEX, PG_TYPE, SYSCACHE, TYPE } from './abi-pg18.ts';
import { callBuiltin } from './builtin.ts';
import { databaseEncoding } from './catalog.ts';
import { AbiError, type Engine } from './engine.ts';
import { makeDescriptor } from './tuple-descriptor.ts';

// The loader's magic block settles the major version and the sizes that it names; what it does not name is tried here
// on functions and catalog rows whose answers every PostgreSQL 18 gives.

const INT4PL = 177;
const UUID_RECV = 2961;
const PG_CLASS_RELATION = 1259;
const PG_CLASS_OID_INDEX = 2662;

function expect(what: string, actual: unknown, expected: unknown): void {
  if (actual !== expected) throw new AbiError(`${what} is ${String(actual)} where ${String(expected)} was expected`);
}

/** What can be tried outside a transaction, when the engine has just started. @throws {@link AbiError} */
export function checkBuiltins(engine: Engine): void {
  const { heap } = engine;
  const sum = callBuiltin(engine, INT4PL, [40, 2], (info) => {
    expect('fn_oid of int4pl', heap.uint32(info + FMGR_INFO.oid), INT4PL);
    expect('fn_nargs of int4pl', heap.int16(info + FMGR_INFO.nargs), 2);
    expect('fn_strict of int4pl', heap.int8(info + FMGR_INFO.strict), 1);
    expect('fn_retset of int4pl', heap.int8(info + FMGR_INFO.retset), 0);
  });
  expect('int4pl(40, 2)', sum, 42);
}

/** What needs the catalogs, when the engine loads a library. @throws {@link AbiError} */
export function checkCatalog(engine: Engine): void {
  const { functions, heap } = engine;
  // Text is read, made and verified as UTF-8.
  expect('the database encoding', databaseEncoding(engine), 'UTF8');
  const columns = [
    { name: 'abi_number', typeOid: TYPE.int8, typmod: -1 },
    { name: 'abi_text', typeOid: TYPE.varchar, typmod: 13 },
  ];
  const { attributes } = makeDescriptor(engine, columns);
  expect('number of attributes', attributes.length, columns.length);
  for (const [index, column] of columns.entries()) {
    const attribute = attributes[index];
    expect('attribute name', attribute?.name, column.name);
    expect('attribute type', attribute?.typeOid, column.typeOid);
    expect('attribute modifier', attribute?.typmod, column.typmod);
    expect('attribute dropped', attribute?.dropped, false);
  }
  expect('typlen of int8', attributes[0]?.length, 8);
  expect('typalign of int8', attributes[0]?.align, 'd');
  expect('typlen of varchar', attributes[1]?.length, -1);
  expect('typalign of varchar', attributes[1]?.align, 'i');

  const type = syscacheRow(engine, 'types', SYSCACHE.typeOid, TYPE.uuid);
  expect('pg_type.oid', heap.uint32(type.form + PG_TYPE.oid), TYPE.uuid);
  expect('pg_type.typlen of uuid', heap.int16(type.form + PG_TYPE.length), 16);
  expect('pg_type.typreceive of uuid', heap.uint32(type.form + PG_TYPE.receive), UUID_RECV);
  functions.ReleaseSysCache(type.tuple);

  const index = syscacheRow(engine, 'indexes', SYSCACHE.indexRelid, PG_CLASS_OID_INDEX);
  expect('pg_index.indrelid', heap.uint32(index.form + PG_INDEX.relation), PG_CLASS_RELATION);
  expect('pg_index.indnkeyatts', heap.int16(index.form + PG_INDEX.keyAttributes), 1);
  expect('pg_index.indisprimary', heap.int8(index.form + PG_INDEX.primary), 1);
  expect('pg_index.indkey', heap.int16(index.form + PG_INDEX.key + ARRAY.items), 1);
  functions.ReleaseSysCache(index.tuple);
}

function syscacheRow(engine: Engine, what: string, cache: number, key: number): { tuple: number; form: number } {
  const { functions, heap } = engine;
  const tuple = functions.SearchSysCache1(cache, key);
  if (tuple === 0) throw new AbiError(`the syscache of ${what} has another number`);
  const header = heap.int32(tuple + HEAP_TUPLE.header);
  return { tuple, form: header + heap.int8(header + HEAP_TUPLE.headerOffset) };
}
