import type { Conversation } from '../engine/conversation.ts';
import { queryRows } from '../engine/query-rows.ts';

const keywords =
  'ALTER ANALYZE AND AS BEGIN BETWEEN BY CASE COMMIT COPY CREATE DELETE DESC DISTINCT DROP ELSE END EXISTS EXPLAIN FROM FULL FUNCTION GRANT GROUP HAVING IN INDEX INNER INSERT INTO IS JOIN LATERAL LEFT LIKE LIMIT MATERIALIZED NOT NULL OFFSET ON OR ORDER OUTER PRIMARY KEY REFERENCES RETURNING REVOKE RIGHT ROLLBACK SCHEMA SELECT SEQUENCE SET SHOW TABLE TEMPORARY THEN TRUNCATE UNION UNIQUE UPDATE USING VACUUM VALUES VIEW WHEN WHERE WITH'.split(
    ' ',
  );
const commands =
  '\\? \\a \\C \\cd \\conninfo \\copy \\d \\des \\deu \\df \\di \\dn \\ds \\dT \\dt \\du \\dv \\dx \\echo \\else \\endif \\errverbose \\f \\g \\gexec \\gset \\gx \\h \\i \\if \\ir \\l \\o \\p \\pset \\q \\qecho \\r \\set \\sf \\t \\timing \\unset \\warn \\x'.split(
    ' ',
  );
/** A dblink function whose first argument is being typed: a connection name belongs there. */
const connectionArgument = /\bdblink\w*\s*\(\s*'([^']*)$/i;
const word = /[\\\w."]*$/;

const names = `select quote_ident(c.relname) from pg_catalog.pg_class c
  where c.relkind in ('r','v','m','f','p','S') and pg_catalog.pg_table_is_visible(c.oid) and c.relnamespace <> 'pg_catalog'::regnamespace
union select p.proname from pg_catalog.pg_proc p
  join pg_catalog.pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
  join pg_catalog.pg_extension e on e.oid = d.refobjid where e.extname = 'dblink'
order by 1`;
const connections = 'select unnest(dblink_get_connections())';

/**
 * What could stand where the line ends: commands after a backslash, names of connections in a dblink call, else keywords,
 * tables and the functions of dblink.
 *
 * @returns the candidates, and the part of the line that they replace: what node:readline asks for.
 */
export async function complete(line: string, conversation: Conversation, isBusy: boolean): Promise<[string[], string]> {
  const argument = connectionArgument.exec(line)?.[1];
  if (argument !== undefined) {
    const found = isBusy ? [] : await firstColumn(conversation, connections);
    return [found.filter((name) => name.startsWith(argument)), argument];
  }
  const typed = word.exec(line)?.[0] ?? '';
  if (typed.startsWith('\\')) return [commands.filter((command) => command.startsWith(typed)), typed];
  if (typed === '') return [[], ''];
  const isLower = typed === typed.toLowerCase();
  const words = isLower ? keywords.map((keyword) => keyword.toLowerCase()) : keywords;
  const found = isBusy ? [] : await firstColumn(conversation, names);
  return [[...words, ...found].filter((candidate) => candidate.startsWith(typed)), typed];
}

async function firstColumn(conversation: Conversation, sql: string): Promise<string[]> {
  // In a failed transaction nothing can be asked, and asking must not be what makes one fail.
  if (conversation.transactionStatus !== 'I') return [];
  const result = await queryRows(conversation, sql);
  return 'error' in result ? [] : result.rows.map((row) => row[0] ?? '');
}
