import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Conversation } from '../engine/conversation.ts';
import { queryRows } from '../engine/query-rows.ts';
import { quoteVariable } from '../run/scanner.ts';
import type { Variables } from '../run/variables.ts';
import { COMMANDS, keywordsFor, settingsFor, type Wanted, wantedAt } from './completion.ts';

const relations = `select quote_ident(c.relname) from pg_catalog.pg_class c
  where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') and pg_catalog.pg_table_is_visible(c.oid)
    and c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace
union select quote_ident(n.nspname) || '.' from pg_catalog.pg_namespace n where n.nspname !~ '^pg_(?:toast|temp)'
order by 1`;
const dblinkFunctions = `select distinct p.proname || '(' from pg_catalog.pg_proc p
  join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
  join pg_catalog.pg_extension e on e.oid = d.refobjid where e.extname = 'dblink'
order by 1`;
const hasConnections = `select 1 from pg_catalog.pg_proc p
  where p.proname = 'dblink_get_connections' and pg_catalog.pg_function_is_visible(p.oid)`;
const connections = 'select unnest(dblink_get_connections()) order by 1';

/** Relations of a schema, under their full names. */
const relationsOf = (schema: string): string => `select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') and n.nspname = ${literalOf(schema)} order by 1`;

const columnsOf = (names: readonly string[]): string => `select distinct quote_ident(a.attname)
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where a.attnum > 0 and not a.attisdropped and (${names.map(isRelation).join(' or ')}) order by 1`;

function isRelation(relation: string): string {
  const at = relation.lastIndexOf('.');
  const isNamed = `c.relname = ${literalOf(relation.slice(at + 1))}`;
  return at < 0
    ? `(${isNamed} and pg_catalog.pg_table_is_visible(c.oid))`
    : `(${isNamed} and n.nspname = ${literalOf(relation.slice(0, at))})`;
}

/** An identifier as it was typed, as the literal of its name. */
function literalOf(identifier: string): string {
  const isQuoted = identifier.startsWith('"');
  const bare = isQuoted ? identifier.slice(1).replace(/"$/, '').replaceAll('""', '"') : identifier.toLowerCase();
  return quoteVariable(bare, "'");
}

/** What the completion draws on. */
export interface CompletionSources {
  readonly conversation: Conversation;
  readonly variables: Variables;
}

/**
 * What could stand at the end of a line.
 *
 * @param before - the lines of the statement before this one.
 * @returns the candidates, and the part of the line that they replace: what node:readline asks for.
 */
export async function complete(before: string, line: string, sources: CompletionSources): Promise<[string[], string]> {
  const wanted = wantedAt(before === '' ? line : `${before}\n${line}`);
  if (wanted.kind === 'nothing') return [[], ''];
  const found = await candidatesFor(wanted, sources);
  const fitting = found.filter((candidate) => candidate.startsWith(wanted.typed));
  const [only, ...others] = new Set(fitting);
  if (only === undefined) return [[], wanted.typed];
  return [others.length === 0 ? [only + endOf(only, wanted)] : [only, ...others], wanted.typed];
}

/** What follows a word that is complete. */
function endOf(word: string, wanted: Wanted): string {
  if (wanted.kind === 'connection') return "'";
  return /[(./]$/.test(word) ? '' : ' ';
}

async function candidatesFor(
  wanted: Exclude<Wanted, { kind: 'nothing' }>,
  { conversation, variables }: CompletionSources,
): Promise<readonly string[]> {
  const ask = (sql: string): Promise<string[]> => firstColumn(conversation, sql);
  const { typed } = wanted;
  switch (wanted.kind) {
    case 'command':
      return COMMANDS;
    case 'setting':
      return settingsFor(typed);
    case 'variable':
      return variables.entries().map(([name]) => (typed.startsWith(':') ? `:${name}` : name));
    case 'file':
      return await filesFor(typed);
    case 'connection':
      return (await ask(hasConnections)).length === 0 ? [] : await ask(connections);
    case 'relation': {
      const at = typed.lastIndexOf('.');
      return at > 0
        ? await ask(relationsOf(typed.slice(0, at)))
        : [...(await ask(relations)), ...(await ask(dblinkFunctions))];
    }
    case 'column': {
      const alias = typed.slice(0, typed.lastIndexOf('.') + 1);
      return (await ask(columnsOf([wanted.relation]))).map((column) => alias + column);
    }
    case 'word': {
      const columns = wanted.relations.length === 0 ? [] : await ask(columnsOf(wanted.relations));
      return [...keywordsFor(typed), ...columns, ...(await ask(dblinkFunctions))];
    }
  }
}

/** Asks the catalog; in a failed transaction, or while something runs, nothing can be asked. */
async function firstColumn(conversation: Conversation, sql: string): Promise<string[]> {
  if (conversation.transactionStatus === 'E') return [];
  const result = await queryRows(conversation, sql);
  return 'error' in result ? [] : result.rows.map((row) => row[0] ?? '');
}

async function filesFor(typed: string): Promise<string[]> {
  const folder = typed.endsWith('/') ? typed : typed.includes('/') ? dirname(typed) : '.';
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const prefix = typed.includes('/') ? join(folder, '/') : '';
    return entries.map((entry) => `${prefix}${entry.name}${entry.isDirectory() ? '/' : ''}`).sort();
  } catch {
    return [];
  }
}
