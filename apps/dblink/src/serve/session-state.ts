import type { ErrorFields } from '@pg-dblink/protocol';
import { type Conversation, converse } from '../engine/conversation.ts';
import type { Engine } from '../engine/engine.ts';
import { queryRows } from '../engine/query-rows.ts';
import { Refusal } from './messages.ts';

/** Runs one query for its effect; the error, if it fails. */
async function run(conversation: Conversation, sql: string): Promise<ErrorFields | undefined> {
  const result = await queryRows(conversation, sql);
  return 'error' in result ? result.error : undefined;
}

const literal = (text: string): string =>
  text.includes('\\')
    ? ` E'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`
    : `'${text.replaceAll("'", "''")}'`;

/**
 * Gives a new session the settings of its start-up packet.
 *
 * @throws Refusal with the engine's own SQLSTATE and words for a setting that it does not take.
 */
export async function applySettings(engine: Engine, settings: ReadonlyMap<string, string>): Promise<void> {
  if (settings.size === 0) return;
  const conversation = converse(engine);
  for (const [name, value] of settings) {
    const failure = await run(conversation, `select pg_catalog.set_config(${literal(name)}, ${literal(value)}, false)`);
    if (failure === undefined) continue;
    throw new Refusal(failure.sqlState ?? 'XX000', failure.message ?? 'the setting is not accepted', {
      ...(failure.detail === undefined ? {} : { detail: failure.detail }),
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    });
  }
}

/**
 * Closes every dblink connection: DISCARD ALL does not know them. The functions are called in the extension's own schema,
 * whatever the search path; what a connection says on its way out concerns nobody any more.
 */
const disconnectAll = `do $$
declare
  home text := (select quote_ident(n.nspname) from pg_catalog.pg_extension e
    join pg_catalog.pg_namespace n on n.oid = e.extnamespace where e.extname = 'dblink');
  name text;
begin
  if home is null then return; end if;
  for name in execute 'select unnest(' || home || '.dblink_get_connections())' loop
    begin
      execute 'select ' || home || '.dblink_disconnect(' || pg_catalog.quote_literal(name) || ')';
    exception when others then null;
    end;
  end loop;
  begin
    execute 'select ' || home || '.dblink_disconnect()';
  exception when others then null;
  end;
end $$`;

/** Leaves nothing of a session to the next one: no transaction, setting, prepared statement or dblink connection. */
export async function resetSession(engine: Engine): Promise<void> {
  const conversation = converse(engine);
  if (conversation.transactionStatus !== 'I') await run(conversation, 'rollback');
  await run(conversation, 'discard all');
  await run(conversation, disconnectAll);
}
