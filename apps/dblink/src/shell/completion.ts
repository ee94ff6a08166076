import { COMMAND_NAMES } from '../run/commands/run-command.ts';
import { SETTING_NAMES } from '../run/print-options.ts';

/** What belongs where the cursor stands, and the part of it that has been typed. */
export type Wanted =
  /** A backslash command. */
  | { readonly kind: 'command'; readonly typed: string }
  /** The name of a connection, as the first argument of a dblink function. */
  | { readonly kind: 'connection'; readonly typed: string }
  /** A table, view or sequence; in FROM a dblink function, too. */
  | { readonly kind: 'relation'; readonly typed: string }
  /** A column of one relation: `alias.` stands before. */
  | { readonly kind: 'column'; readonly relation: string; readonly typed: string }
  /** A keyword, a function, or a column of one of the relations that the statement names. */
  | { readonly kind: 'word'; readonly relations: readonly string[]; readonly typed: string }
  | { readonly kind: 'setting'; readonly typed: string }
  | { readonly kind: 'variable'; readonly typed: string }
  | { readonly kind: 'file'; readonly typed: string }
  | { readonly kind: 'nothing' };

const name = String.raw`(?:"(?:[^"]|"")*"|[\w$\u0080-\uffff]+)`;
const qualifiedName = String.raw`${name}(?:\.${name})*`;
const connectionArgument = /\bdblink\w*\s*\(\s*'([^']*)$/i;
const quoted = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*\n|\/\*[\s\S]*?\*\//g;
const openQuote = /'|\$\w*\$|\/\*|--/;
const quotedIdentifier = /"(?:[^"]|"")*"/g;
const typedWord = /(?:"[^"]*"|[\w.$\u0080-\uffff])*$/;
const typedQuoted = /(?:"[^"]*"\.|[\w$\u0080-\uffff]+\.)*"[^"]*$/;
const beforeRelation =
  /\b(?:from|join|into|update|table|only|truncate|analyze|vacuum|copy|references|view|sequence|on\s+table)\s+$/i;
const inFromList = /\bfrom\s[^;()]*,\s*$/i;
const relationInUse = new RegExp(
  String.raw`\b(?:from|join|update|into|,)\s*(?:only\s+)?(${qualifiedName})(?:\s+(?:as\s+)?(${name}))?`,
  'gi',
);
const aliasThatIsNone =
  /^(?:where|set|on|using|join|left|right|full|inner|cross|natural|group|order|limit|values|select)$/i;
const command = /^\s*\\(\S*)$/;
const argument = /^\s*\\(\S+)\s+(?:\S+\s+)*(\S*)$/;
const fileCommands = new Set(['i', 'include', 'ir', 'include_relative', 'o', 'out', 'w', 'write', 'cd']);
const variableCommands = new Set(['set', 'unset', 'echo']);

/**
 * What belongs at the end of a text: the statement so far, up to the cursor.
 *
 * @example
 * ```ts
 * wantedAt('select * from us'); // { kind: 'relation', typed: 'us' }
 * wantedAt("select dblink_disconnect('sh"); // { kind: 'connection', typed: 'sh' }
 * ```
 */
export function wantedAt(text: string): Wanted {
  const connection = connectionArgument.exec(text)?.[1];
  if (connection !== undefined) return { kind: 'connection', typed: connection };
  const ofCommand = wantedByCommand(text);
  if (ofCommand !== undefined) return ofCommand;
  // Quotes that have been closed hide what is in them; within an open one nothing is known.
  const clean = text.replace(quoted, (token) => (token.startsWith('"') ? token : ' '));
  const unquoted = clean.replace(quotedIdentifier, 'x');
  if (openQuote.test(unquoted)) return { kind: 'nothing' };
  const typed = (unquoted.includes('"') ? typedQuoted : typedWord).exec(clean)?.[0] ?? '';
  const bare = clean.slice(0, clean.length - typed.length);
  if (beforeRelation.test(bare) || inFromList.test(bare)) return { kind: 'relation', typed };
  const relations = relationsIn(bare);
  const dot = typed.lastIndexOf('.');
  if (dot > 0) {
    const relation = relations.get(typed.slice(0, dot));
    return relation === undefined ? { kind: 'relation', typed } : { kind: 'column', relation, typed };
  }
  return typed === '' ? { kind: 'nothing' } : { kind: 'word', relations: [...new Set(relations.values())], typed };
}

function wantedByCommand(text: string): Wanted | undefined {
  const typed = command.exec(text)?.[1];
  if (typed !== undefined) return { kind: 'command', typed: `\\${typed}` };
  const [, called = '', last = ''] = argument.exec(text) ?? [];
  if (called === '') return undefined;
  if (last.startsWith(':')) return { kind: 'variable', typed: last };
  if (fileCommands.has(called)) return { kind: 'file', typed: last };
  if (called === 'pset') return { kind: 'setting', typed: last };
  if (variableCommands.has(called)) return { kind: 'variable', typed: last };
  if (called.startsWith('d') || called === 'sv') return { kind: 'relation', typed: last };
  return called === 'copy' ? undefined : { kind: 'nothing' };
}

/** The relations that a statement names, by their aliases and names. */
function relationsIn(statement: string): ReadonlyMap<string, string> {
  const relations = new Map<string, string>();
  for (const [, relation = '', alias = ''] of statement.matchAll(relationInUse)) {
    relations.set(relation, relation);
    if (alias !== '' && !aliasThatIsNone.test(alias)) relations.set(alias, relation);
  }
  return relations;
}

const describeCommands = [
  'd',
  'des',
  'deu',
  'df',
  'di',
  'dn',
  'ds',
  'dT',
  'dt',
  'du',
  'dv',
  'dx',
  'h',
  'l',
  'sf',
  'sv',
];

/** All backslash commands, with their backslashes. */
export const COMMANDS: readonly string[] = [...COMMAND_NAMES, ...describeCommands].map((one) => `\\${one}`).sort();

/** The words that begin or join statements. */
export const KEYWORDS: readonly string[] = (
  'ABORT ALTER ANALYZE AND ANY ARRAY AS ASC BEGIN BETWEEN BY CALL CASCADE CASE CAST CHECK CLOSE CLUSTER COMMENT COMMIT ' +
  'CONSTRAINT COPY CREATE CROSS CURRENT_DATE CURRENT_TIMESTAMP CURRENT_USER DATABASE DEALLOCATE DECLARE DEFAULT DELETE ' +
  'DESC DISCARD DISTINCT DO DOMAIN DROP ELSE END EXCEPT EXECUTE EXISTS EXPLAIN EXTENSION FALSE FETCH FILTER FOREIGN FROM ' +
  'FULL FUNCTION GRANT GROUP HAVING ILIKE IN INDEX INNER INSERT INTERSECT INTERVAL INTO IS JOIN KEY LATERAL LEFT LIKE ' +
  'LIMIT LISTEN LOCK MATERIALIZED MERGE NATURAL NOT NOTIFY NULL NULLS OFFSET ON OR ORDER OUTER OVER PARTITION PREPARE ' +
  'PRIMARY PROCEDURE REFERENCES REFRESH REINDEX RELEASE RENAME REPLACE RESET RETURNING RETURNS REVOKE RIGHT ROLLBACK ROW ' +
  'ROWS SAVEPOINT SCHEMA SELECT SEQUENCE SERVER SET SHOW START TABLE TEMPORARY THEN TO TRANSACTION TRIGGER TRUE TRUNCATE ' +
  'TYPE UNION UNIQUE UNLISTEN UPDATE USER USING VACUUM VALUES VIEW WHEN WHERE WINDOW WITH'
).split(' ');

/** Keywords that begin with what was typed, in the case in which it was typed. */
export function keywordsFor(typed: string): readonly string[] {
  const upper = typed.toUpperCase();
  const found = KEYWORDS.filter((keyword) => keyword.startsWith(upper));
  return typed === upper ? found : found.map((keyword) => keyword.toLowerCase());
}

/** The printing options that begin so. */
export function settingsFor(typed: string): readonly string[] {
  return SETTING_NAMES.filter((setting) => setting.startsWith(typed));
}
