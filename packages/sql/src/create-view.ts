import { isSqlBuildError, SqlBuildError } from './errors.ts';
import type { LocalSteps } from './local-steps.ts';
import { quoteIdent, quoteLiteral } from './quote.ts';
import { TokenCursor } from './token-cursor.ts';
import { formatTypeName, readTypeName } from './type-name.ts';

/** A column of a remote query: its name, and its type as the remote server's `format_type` writes it. */
export interface RemoteColumn {
  readonly name: string;
  readonly type: string;
}

/** The arguments of `dblink_create_view`, with what the remote server says of the query. */
export interface CreateViewRequest {
  /** The view as a qualified SQL name: `s1."Weird Name"`. */
  readonly view: string;
  /** Connection name, foreign server or connection string; the view calls the unnamed connection for undefined. */
  readonly target: string | undefined;
  readonly sql: string;
  readonly columns: readonly RemoteColumn[];
}

/** A view that was created. */
export interface CreatedView {
  /** The statement that created it. */
  readonly statement: string;
  /** Columns that are text because the local database has no type of their type's name. */
  readonly unknown: readonly RemoteColumn[];
}

/** 1 where the local database has a type of that name which a column may have. */
const TYPES_QUERY = `SELECT t.oid IS NOT NULL
FROM pg_catalog.unnest($1::pg_catalog.text[]) WITH ORDINALITY AS n (name, place)
  LEFT JOIN pg_catalog.pg_type t
    ON t.oid OPERATOR(pg_catalog.=) pg_catalog.to_regtype(n.name) AND t.typtype OPERATOR(pg_catalog.<>) 'p'
ORDER BY n.place`;

const VIEW_NAME_QUERY = `SELECT pg_catalog.quote_ident(p)
FROM pg_catalog.unnest(pg_catalog.parse_ident($1)) WITH ORDINALITY AS u (p, place) ORDER BY place`;

const EXTENSION_QUERY = `SELECT n.nspname FROM pg_catalog.pg_extension e
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
WHERE e.extname OPERATOR(pg_catalog.=) 'dblink'`;

/**
 * Creates a local view over a remote query, with the names and types of the remote columns: what `dblink_create_view`
 * does. A remote type's name never gets into the statement as it came, and one that means nothing here becomes text.
 *
 * @throws SqlBuildError 42704 without the extension; the server's own errors come from the queries.
 * @example
 * const columns = [{ name: 'id', type: 'integer' }];
 * const view = { view: 'orders', target: 'c', sql: 'select id from orders', columns };
 * (await runLocalSteps(createViewSteps(view), runQuery)).statement; // CREATE VIEW orders AS …
 */
export function* createViewSteps({ view, target, sql, columns }: CreateViewRequest): LocalSteps<CreatedView> {
  const name = (yield { sql: VIEW_NAME_QUERY, parameters: [view] }).map(([part]) => part).join('.');
  const [extension] = yield { sql: EXTENSION_QUERY, parameters: [] };
  if (typeof extension?.[0] !== 'string') throw new SqlBuildError('42704', 'extension "dblink" does not exist');
  const types = columns.map(({ type }) => localSpelling(type));
  const known = yield { sql: TYPES_QUERY, parameters: [arrayLiteral(types)] };
  const typeAt = (at: number): string => (known[at]?.[0]?.startsWith('t') === true ? types[at] : undefined) ?? 'text';
  const list = columns.map((column, at) => `${quoteIdent(column.name)} ${typeAt(at)}`);
  const remote = target === undefined ? [sql] : [target, sql];
  const call = `${quoteIdent(extension[0])}.dblink(${remote.map((text) => `${quoteLiteral(text)}::text`).join(', ')})`;
  const statement = `CREATE VIEW ${name} AS SELECT * FROM ${call} AS remote(${list.join(', ')})`;
  yield { sql: statement, parameters: [] };
  return { statement, unknown: columns.filter((_, at) => types[at] === undefined || typeAt(at) !== types[at]) };
}

/** A remote type's name, read and written anew; undefined where it is none in SQL's grammar. */
function localSpelling(type: string): string | undefined {
  try {
    const cursor = new TokenCursor(type);
    const name = readTypeName(cursor);
    cursor.expectEnd();
    return formatTypeName(name);
  } catch (error) {
    if (isSqlBuildError(error)) return undefined;
    throw error;
  }
}

function arrayLiteral(texts: readonly (string | undefined)[]): string {
  const elements = texts.map((text) => (text === undefined ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`));
  return `{${elements.join(',')}}`;
}
