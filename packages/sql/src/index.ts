export { assertKeyValues, parseInt2Vector, validateKeyAttributes } from './attnums.ts';
export { buildDelete, buildInsert, buildSourceQuery, buildUpdate, onlySourceRow } from './build.ts';
export { isSqlBuildError, SqlBuildError } from './errors.ts';
export { quoteIdent, quoteLiteral, quoteNullable, quoteQualifiedIdent } from './quote.ts';
export type { Relation, RelationColumn, TextTuple } from './relation.ts';
