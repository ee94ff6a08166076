import { SqlBuildError } from './errors.ts';
import { KEYWORDS } from './keywords.generated.ts';

/**
 * An identifier as the server's `quote_ident` writes it: in double quotes only when it needs them.
 *
 * @throws SqlBuildError 22021 for a zero byte, which no identifier can hold.
 * @see https://www.postgresql.org/docs/18/functions-string.html
 * @example
 * quoteIdent('f1'); // f1
 * quoteIdent('select'); // "select"
 * quoteIdent('Col"q'); // "Col""q"
 */
export function quoteIdent(identifier: string): string {
  assertNoZero(identifier);
  if (/^[a-z_][a-z0-9_]*$/.test(identifier) && !KEYWORDS.has(identifier)) return identifier;
  return `"${identifier.replaceAll('"', '""')}"`;
}

/**
 * A relation's name as dblink writes it: with its schema only when one is given.
 *
 * @throws SqlBuildError 22021 for a zero byte.
 * @example
 * quoteQualifiedIdent('s1', 'Weird Name'); // s1."Weird Name"
 */
export function quoteQualifiedIdent(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteIdent(name) : `${quoteIdent(schema)}.${quoteIdent(name)}`;
}

/**
 * A value as the server's `quote_literal` writes it, which reads back the same under either setting of
 * `standard_conforming_strings`.
 *
 * @throws SqlBuildError 22021 for a zero byte, which no text value can hold.
 * @see https://www.postgresql.org/docs/18/functions-string.html
 * @example
 * quoteLiteral("o'brien"); // 'o''brien'
 * quoteLiteral('a\\b'); // E'a\\b'
 */
export function quoteLiteral(value: string): string {
  assertNoZero(value);
  const quoted = value.replaceAll("'", "''");
  return quoted.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/**
 * A value or NULL as the server's `quote_nullable` writes it.
 *
 * @throws SqlBuildError 22021 for a zero byte.
 * @example
 * quoteNullable(null); // NULL
 */
export function quoteNullable(value: string | null): string {
  return value === null ? 'NULL' : quoteLiteral(value);
}

function assertNoZero(text: string): void {
  if (text.includes('\0')) throw new SqlBuildError('22021', 'invalid byte sequence for encoding "UTF8": 0x00');
}
