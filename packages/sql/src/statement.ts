import { type ConformingStrings, readTokens } from './lexer.ts';
import { asciiLower } from './token-cursor.ts';

/** Why a text is not one plain statement that returns the same rows in both query protocols. */
export type StatementObstacle =
  | 'empty'
  | 'several statements'
  | 'parameter'
  | 'copy'
  | 'transaction control'
  | 'other command'
  | 'portals'
  | 'unclear';

/**
 * What a statement text is: `query` when it is one statement that may return rows and means the same whether it is sent
 * as a simple query or in the extended protocol, else `other` and the first reason why not.
 */
export type StatementClass =
  | { readonly kind: 'query'; readonly command: string }
  | { readonly kind: 'other'; readonly obstacle: StatementObstacle };

const QUERY_COMMANDS: ReadonlySet<string> = new Set([
  'select',
  'values',
  'table',
  'with',
  'insert',
  'update',
  'delete',
  'merge',
]);

const TRANSACTION_COMMANDS: ReadonlySet<string> = new Set([
  'begin',
  'start',
  'commit',
  'end',
  'rollback',
  'abort',
  'savepoint',
  'release',
]);

/** Show a statement's own portal, which the simple query protocol hides. */
const SHOWS_PORTALS: ReadonlySet<string> = new Set(['pg_cursors', 'pg_cursor']);

/**
 * Decides by its tokens alone what a statement text is; nothing is sent to find out.
 *
 * Doubt counts against `query`: an open quote, text that majors or settings cut differently, a second statement after
 * the semicolon, `$1`.
 *
 * @see https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-EXT-QUERY
 * @example
 * classifyStatement("SELECT ';' -- ;", 'on'); // { kind: 'query', command: 'select' }
 * classifyStatement('SELECT 1; SELECT 2', 'on'); // { kind: 'other', obstacle: 'several statements' }
 */
export function classifyStatement(sql: string, conforming: ConformingStrings): StatementClass {
  let command: string | undefined;
  let isEnded = false;
  for (const { at, end, kind } of readTokens(sql, conforming)) {
    if (kind === 'broken') return other('unclear');
    if (kind === 'parameter') return other('parameter');
    const character = sql[at];
    if (kind === 'symbol' && character === ';') {
      isEnded = command !== undefined;
      continue;
    }
    if (isEnded) return other('several statements');
    if (kind === 'word' && SHOWS_PORTALS.has(asciiLower(sql.slice(at, end)))) return other('portals');
    if (command !== undefined || (kind === 'symbol' && character === '(')) continue;
    command = kind === 'word' ? asciiLower(sql.slice(at, end)) : '';
    const obstacle = obstacleOf(command);
    // A semicolon may still follow, but the first reason is enough.
    if (obstacle !== undefined) return other(obstacle);
  }
  return command === undefined ? other('empty') : { kind: 'query', command };
}

function obstacleOf(command: string): StatementObstacle | undefined {
  if (QUERY_COMMANDS.has(command)) return undefined;
  if (command === 'copy') return 'copy';
  return TRANSACTION_COMMANDS.has(command) ? 'transaction control' : 'other command';
}

function other(obstacle: StatementObstacle): StatementClass {
  return { kind: 'other', obstacle };
}

/**
 * A statement text with a question mark for each string and number: what texts have in common that a program makes from
 * the same pattern. A text that cannot be cut into tokens stays as it is.
 *
 * @see https://www.postgresql.org/docs/18/sql-syntax-lexical.html
 * @example
 * statementShape("SELECT a FROM t WHERE b = 'x' LIMIT 10", 'on'); // 'SELECT a FROM t WHERE b = ? LIMIT ?'
 */
export function statementShape(sql: string, conforming: ConformingStrings): string {
  let shape = '';
  let copied = 0;
  for (const { at, end, kind } of readTokens(sql, conforming)) {
    if (kind === 'broken') return sql;
    if (kind !== 'string' && kind !== 'number') continue;
    shape += `${sql.slice(copied, at)}?`;
    copied = end;
  }
  return shape + sql.slice(copied);
}
