import { DblinkError } from '../errors.ts';
import type { BuildSqlRequest } from '../local.ts';
import type { Scope } from '../scope.ts';

function noLocalDatabase(what: string): DblinkError {
  return new DblinkError({ sqlState: '55000', message: `${what} needs a local database` });
}

/** dblink_get_pkey: one row for each primary-key column, in index order. */
export async function getPkey(
  scope: Scope,
  relation: string,
): Promise<{ readonly position: number; readonly colname: string }[]> {
  if (scope.local.primaryKey === undefined) throw noLocalDatabase('dblink_get_pkey');
  const columns = await scope.local.primaryKey(relation);
  return columns.map((colname, at) => ({ position: at + 1, colname }));
}

/** dblink_build_sql_insert, _update and _delete: the statement's text. */
export async function buildSql(scope: Scope, request: BuildSqlRequest): Promise<string> {
  if (scope.local.buildSql === undefined) throw noLocalDatabase(`dblink_build_sql_${request.kind}`);
  return scope.local.buildSql(request);
}
