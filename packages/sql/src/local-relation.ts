import { SqlBuildError } from './errors.ts';
import type { LocalSteps } from './local-steps.ts';
import type { Relation } from './relation.ts';

/** A local relation that was found, with its identity in the catalogs. */
export interface LocalRelation extends Relation {
  readonly oid: string;
}

/** text::regclass resolves a name as dblink's own look-up does, with the same errors. */
const RELATION_QUERY = `SELECT c.oid, c.relkind, c.relname,
  CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN NULL ELSE n.nspname END,
  pg_catalog.has_table_privilege(c.oid, 'SELECT'), a.attname, a.attisdropped
FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.>) 0
WHERE c.oid OPERATOR(pg_catalog.=) CAST($1::pg_catalog.text AS pg_catalog.regclass)
ORDER BY a.attnum`;

const PRIMARY_KEY_QUERY = `SELECT a.attname
FROM pg_catalog.pg_index i
  CROSS JOIN LATERAL pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid AND a.attnum OPERATOR(pg_catalog.=) k.attnum
WHERE i.indrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND i.indisprimary AND k.place OPERATOR(pg_catalog.<=) i.indnkeyatts
ORDER BY k.place`;

/** Relations that nothing can be selected from, with the word for many of them. */
const UNREADABLE: Readonly<Record<string, string>> = {
  i: 'indexes',
  I: 'partitioned indexes',
  c: 'composite types',
};

/** What the server calls a relation that the caller may not read. */
const OBJECT_NAMES: Readonly<Record<string, string>> = {
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  f: 'foreign table',
};

/** Finds the relation that a qualified SQL name means and checks that the caller may select from it. */
export function* openRelation(name: string): LocalSteps<LocalRelation> {
  const rows = yield { sql: RELATION_QUERY, parameters: [name] };
  const [oid, kind, relname, schema, isReadable] = rows[0] ?? [];
  if (typeof oid !== 'string' || typeof kind !== 'string' || typeof relname !== 'string') {
    throw new SqlBuildError('42P01', `relation "${name}" does not exist`);
  }
  const many = UNREADABLE[kind];
  if (many !== undefined) {
    const message = `cannot open relation "${relname}"`;
    throw new SqlBuildError('42809', message, `This operation is not supported for ${many}.`);
  }
  if (isReadable !== 't') {
    throw new SqlBuildError('42501', `permission denied for ${OBJECT_NAMES[kind] ?? 'table'} ${relname}`);
  }
  const columns = rows.flatMap(([, , , , , attname, isDropped]) =>
    typeof attname === 'string' ? [{ name: attname, isDropped: isDropped === 't' }] : [],
  );
  return { oid, schema: schema ?? undefined, name: relname, columns };
}

/**
 * The names of a relation's primary-key columns in the order of the index: what `dblink_get_pkey` returns.
 *
 * @throws SqlBuildError 42809 or 42501 where dblink would; the server's own errors for a name come from the query.
 * @example
 * await runLocalSteps(primaryKeySteps('foo'), runQuery); // ['f1', 'f2']
 */
export function* primaryKeySteps(relation: string): LocalSteps<readonly string[]> {
  const { oid } = yield* openRelation(relation);
  const rows = yield { sql: PRIMARY_KEY_QUERY, parameters: [oid] };
  return rows.flatMap(([name]) => (typeof name === 'string' ? [name] : []));
}
