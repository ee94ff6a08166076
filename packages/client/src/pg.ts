export { builtins } from './pg/builtins.ts';
export { Client, escapeIdentifier, escapeLiteral } from './pg/client.ts';
export type { ClientConfig } from './pg/config.ts';
export { DatabaseError } from './pg/database-error.ts';
export { Pool, PoolClient, type PoolConfig } from './pg/pool.ts';
export type { QueryCallback, QueryConfig, Submittable } from './pg/query.ts';
export type { FieldDef, QueryResult } from './pg/result.ts';
export { type IntervalParts, type TypeParser, type TypeParserSource, TypeParsers } from './pg/type-parsers.ts';
