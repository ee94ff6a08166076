import { ACL, ARRAY, HEAP_TUPLE, LIST, LOCK, PG_CLASS, PG_INDEX, RELATION, SYSCACHE } from './abi-pg18.ts';
import { currentUserId } from './catalog.ts';
import type { Engine } from './engine.ts';
import { withCString } from './memory.ts';
import { type Attribute, readDescriptor } from './tuple-descriptor.ts';

/** A table, view or foreign table that is open and locked. */
export interface Relation {
  readonly oid: number;
  readonly name: string;
  readonly schema: string;
  /** Quoted where need be, with its schema when the search path does not find it (generate_relation_name). */
  readonly qualifiedName: string;
  /** Every attribute, dropped ones included; attribute number 1 is the first. */
  readonly attributes: readonly Attribute[];
  /** Attribute numbers of the primary key, in the key's order; empty without one. */
  readonly primaryKey: readonly number[];
}

/** Attribute numbers of the primary key, whether it is valid or not, as dblink.c get_pkey_attnames takes it. */
function primaryKey(engine: Engine, relation: number): number[] {
  const { functions, heap } = engine;
  const list = functions.RelationGetIndexList(relation);
  if (list === 0) return [];
  const cells = heap.int32(list + LIST.cells);
  const indexes = Array.from({ length: heap.int32(list + LIST.length) }, (_, item) =>
    heap.int32(cells + item * LIST.cellStride),
  );
  for (const index of indexes) {
    const tuple = functions.SearchSysCache1(SYSCACHE.indexRelid, index);
    if (tuple === 0) continue;
    const header = heap.int32(tuple + HEAP_TUPLE.header);
    const form = header + heap.int8(header + HEAP_TUPLE.headerOffset);
    const count = heap.int8(form + PG_INDEX.primary) === 0 ? 0 : heap.int16(form + PG_INDEX.keyAttributes);
    const keys = Array.from({ length: count }, (_, key) => heap.int16(form + PG_INDEX.key + ARRAY.items + 2 * key));
    functions.ReleaseSysCache(tuple);
    if (count > 0) return keys;
  }
  return [];
}

function readRelation(engine: Engine, relation: number): Relation {
  const { functions, heap } = engine;
  const form = heap.int32(relation + RELATION.form);
  const oid = heap.uint32(relation + RELATION.id);
  const nameAt = form + PG_CLASS.name;
  const schemaAt = functions.get_namespace_name(heap.int32(form + PG_CLASS.namespace));
  const visible = (functions.RelationIsVisible(oid) & 0xff) !== 0;
  const qualified = functions.quote_qualified_identifier(visible ? 0 : schemaAt, nameAt);
  return {
    oid,
    name: heap.cString(nameAt),
    schema: heap.cString(schemaAt),
    qualifiedName: heap.cString(qualified),
    attributes: readDescriptor(engine, heap.int32(relation + RELATION.descriptor)).attributes,
    primaryKey: primaryKey(engine, relation),
  };
}

/**
 * Opens a relation by its possibly qualified name, as SQL reads it, locked in ACCESS SHARE mode while the body runs
 * (dblink.c get_rel_from_relname): the name's syntax, existence and the privilege raise the engine's own errors.
 *
 * @example
 * ```ts
 * const keys = openRelation(call.engine, 'public.accounts', (relation) => relation.primaryKey);
 * ```
 */
export function openRelation<T>(engine: Engine, name: string, body: (relation: Relation) => T): T {
  const { functions, heap } = engine;
  const names = functions.textToQualifiedNameList(withCString(engine, name, (at) => functions.cstring_to_text(at)));
  const relation = functions.table_openrv(functions.makeRangeVarFromNameList(names), LOCK.accessShare);
  const oid = heap.uint32(relation + RELATION.id);
  const privilege = functions.pg_class_aclcheck(oid, currentUserId(engine), ACL.select);
  if (privilege !== ACL.ok) {
    const form = heap.int32(relation + RELATION.form);
    functions.aclcheck_error(
      privilege,
      functions.get_relkind_objtype(heap.int8(form + PG_CLASS.kind)),
      form + PG_CLASS.name,
    );
  }
  const result = body(readRelation(engine, relation));
  functions.table_close(relation, LOCK.accessShare);
  return result;
}
