export { assertKeyValues, parseInt2Vector, validateKeyAttributes } from './attnums.ts';
export { buildDelete, buildInsert, buildSourceQuery, buildUpdate, onlySourceRow } from './build.ts';
export { isSqlBuildError, SqlBuildError } from './errors.ts';
export type { ConformingStrings, SqlToken, SqlTokenKind } from './lexer.ts';
export { readTokens } from './lexer.ts';
export { quoteIdent, quoteLiteral, quoteNullable, quoteQualifiedIdent } from './quote.ts';
export type { Relation, RelationColumn, TextTuple } from './relation.ts';
export type { StatementClass, StatementObstacle } from './statement.ts';
export { classifyStatement } from './statement.ts';
