import { type Call, executeSql, openRelation, type Relation, SqlError } from '@pg-dblink/fmgr';
import { type DblinkError, isDblinkError, type OptionContext, validateOptions } from '@pg-dblink/session';
import {
  assertKeyValues,
  buildDelete,
  buildInsert,
  buildSourceQuery,
  buildUpdate,
  isSqlBuildError,
  onlySourceRow,
  quoteIdent,
  type Relation as SqlRelation,
  validateKeyAttributes,
} from '@pg-dblink/sql';

const FOREIGN_SERVER_CATALOG = 1417;
const USER_MAPPING_CATALOG = 1418;

/** dblink_get_pkey: a row for each column of the primary key, in index order. */
export function getPkey(call: Call): void {
  call.prepareSet();
  openRelation(call.engine, call.text(0), (relation) => {
    const rows = call.openRows(call.resultDescriptor());
    relation.primaryKey.forEach((attribute, at) => {
      rows.putText([String(at + 1), relation.attributes[attribute - 1]?.name ?? null]);
    });
  });
}

export function buildSqlInsert(call: Call): void {
  buildFromSource(call, buildInsert);
}

export function buildSqlUpdate(call: Call): void {
  buildFromSource(call, buildUpdate);
}

/** dblink_build_sql_delete needs no row: the key's values are enough. */
export function buildSqlDelete(call: Call): void {
  withRelation(call, (relation, keys) => {
    const target = call.textArray(3);
    assertKeyValues('target', target, keys);
    return buildDelete(relation, keys, target);
  });
}

function buildFromSource(call: Call, build: typeof buildInsert): void {
  withRelation(call, (relation, keys) => {
    const source = call.textArray(3);
    const target = call.textArray(4);
    assertKeyValues('source', source, keys);
    assertKeyValues('target', target, keys);
    const { rows } = executeSql(call.engine, buildSourceQuery(relation, keys, source));
    return build(relation, keys, onlySourceRow(rows), target);
  });
}

function withRelation(call: Call, build: (relation: SqlRelation, keys: readonly number[]) => string): void {
  const text = openRelation(call.engine, call.text(0), (opened) => {
    try {
      const relation = toSqlRelation(opened);
      return build(relation, validateKeyAttributes(relation.columns, call.int2Vector(1), call.int4(2)));
    } catch (error) {
      if (!isSqlBuildError(error)) throw error;
      throw new SqlError({ sqlState: error.sqlState, message: error.message, detail: error.detail });
    }
  });
  call.returnText(text);
}

function toSqlRelation({ name, schema, qualifiedName, attributes }: Relation): SqlRelation {
  const columns = attributes.map((attribute) => ({ name: attribute.name, isDropped: attribute.dropped }));
  return qualifiedName === quoteIdent(name) ? { name, columns } : { name, schema, columns };
}

/** dblink_current_query: the text that the client sent. */
export function currentQuery(call: Call): void {
  const [[text = null] = []] = executeSql(call.engine, 'SELECT pg_catalog.current_query()').rows;
  if (text === null) call.returnNull();
  else call.returnText(text);
}

/** dblink_fdw_validator: which option names a catalog may hold. */
export function fdwValidator(call: Call): void {
  try {
    validateOptions(call.textArray(0), contextOf(call.oid(1)));
  } catch (error) {
    throw isDblinkError(error) ? sqlErrorOf(error) : error;
  }
  call.returnVoid();
}

function contextOf(catalog: number): OptionContext {
  if (catalog === FOREIGN_SERVER_CATALOG) return 'foreign server';
  return catalog === USER_MAPPING_CATALOG ? 'user mapping' : 'other';
}

function sqlErrorOf({ sqlState, message, hint }: DblinkError): SqlError {
  return new SqlError({ sqlState, message, hint });
}
