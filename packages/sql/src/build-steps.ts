import { assertKeyValues, validateKeyAttributes } from './attnums.ts';
import { buildDelete, buildInsert, buildSourceQuery, buildUpdate, onlySourceRow } from './build.ts';
import { openRelation } from './local-relation.ts';
import type { LocalSteps } from './local-steps.ts';
import type { TextTuple } from './relation.ts';

/** The arguments of one of the `dblink_build_sql_*` functions. */
export interface BuildSqlRequest {
  readonly kind: 'insert' | 'update' | 'delete';
  /** The relation as a qualified SQL name: `s1."Weird Name"`. */
  readonly relation: string;
  /** Attribute numbers, counted from 1 without dropped columns. */
  readonly keyAttributes: readonly number[];
  readonly keyCount: number;
  /** The key of the local row; not looked at for a delete. */
  readonly sourceValues?: TextTuple | undefined;
  readonly targetValues: TextTuple;
}

/**
 * The statement of `dblink_build_sql_insert`, `_update` or `_delete`, with dblink's checks in dblink's order: relation
 * and privilege, attribute numbers, source keys, target keys, the source row. A delete looks at no row.
 *
 * @throws SqlBuildError as dblink does; the server's own errors come from the queries.
 * @see https://www.postgresql.org/docs/18/contrib-dblink-build-sql-insert.html
 * @example
 * const request = { kind: 'delete', relation: 'foo', keyAttributes: [1], keyCount: 1, targetValues: ['7'] } as const;
 * await runLocalSteps(buildSqlSteps(request), runQuery); // DELETE FROM foo WHERE f1 = '7'
 */
export function* buildSqlSteps(request: BuildSqlRequest): LocalSteps<string> {
  const { keyAttributes, keyCount, kind, sourceValues = [], targetValues } = request;
  const relation = yield* openRelation(request.relation);
  const keys = validateKeyAttributes(relation.columns, keyAttributes, keyCount);
  if (kind !== 'delete') assertKeyValues('source', sourceValues, keys);
  assertKeyValues('target', targetValues, keys);
  if (kind === 'delete') return buildDelete(relation, keys, targetValues);
  const rows = yield { sql: buildSourceQuery(relation, keys, sourceValues), parameters: [] };
  const build = kind === 'insert' ? buildInsert : buildUpdate;
  return build(relation, keys, onlySourceRow(rows), targetValues);
}
