import {
  buildSqlSteps,
  createViewSteps,
  isSqlBuildError,
  type LocalQuery,
  type LocalSteps,
  primaryKeySteps,
  runLocalSteps,
} from '@pg-dblink/sql';
import type { RemoteConnection } from './connection.ts';
import { DblinkError, type RemoteErrorFields } from './errors.ts';
import type { ForeignOption, ForeignServer, LocalDatabase } from './local.ts';
import { TextRowCollector } from './text-rows.ts';

/** Runs one query of the local look-ups: rows with every value in text form. */
export type RunLocalQuery = (
  query: LocalQuery,
) => readonly (readonly (string | null)[])[] | Promise<readonly (readonly (string | null)[])[]>;

/**
 * A local database that is asked in SQL: a connection to a server, or a function that runs queries in whatever else.
 *
 * @param source - a connection that nobody else uses meanwhile; or what runs a query with `$1` parameters and returns
 * its rows with every value as the server writes it
 *
 * @example
 * ```ts
 * const db = createDblink({ connect, local: localDatabase(await connect('dbname=here')) });
 * ```
 */
export function localDatabase(source: RemoteConnection | RunLocalQuery): LocalDatabase {
  const run = typeof source === 'function' ? source : queriesOver(source);
  const value = async (sql: string): Promise<string> => (await run({ sql, parameters: [] }))[0]?.[0] ?? '';
  return {
    isSuperuser: async () => (await value("SELECT current_setting('is_superuser')")) === 'on',
    databaseEncoding: () =>
      value('SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()'),
    foreignServer: (name) => foreignServer(run, name),
    primaryKey: (relation) => look(primaryKeySteps(relation), run),
    buildSql: (request) => look(buildSqlSteps(request), run),
    createView: (request) => look(createViewSteps(request), run),
  };
}

function queriesOver(connection: RemoteConnection): RunLocalQuery {
  return async ({ sql, parameters }) => {
    const rows = new TextRowCollector();
    let failure: RemoteErrorFields | undefined;
    await connection.submit(
      { kind: 'extended', sql, parameters },
      {
        rowDescription: (fields) => rows.rowSet({ fields }),
        dataRows: (bytes, start, end) => rows.rows(bytes, start, end),
        commandComplete: () => undefined,
        emptyQueryResponse: () => undefined,
        copyResponse: () => undefined,
        errorResponse: (error) => {
          failure = error;
        },
      },
    );
    if (failure !== undefined) throw localError(failure);
    return rows.result({ kind: 'rows' }).rows;
  };
}

/** The local server's own error, as SQL in that server would show it. */
function localError(error: RemoteErrorFields): DblinkError {
  const { sqlState, message, detail, hint, context } = error;
  return new DblinkError({ sqlState, message, detail, hint, context, remote: error });
}

async function look<Result>(steps: LocalSteps<Result>, run: RunLocalQuery): Promise<Result> {
  try {
    return await runLocalSteps(steps, run);
  } catch (error) {
    if (!isSqlBuildError(error)) throw error;
    throw new DblinkError({ sqlState: error.sqlState, message: error.message, detail: error.detail }, { cause: error });
  }
}

const FOREIGN_SERVER = `SELECT w.fdwoptions_json, s.srvoptions_json, m.umid IS NOT NULL, m.umoptions_json,
    has_server_privilege(s.oid, 'USAGE'), current_user
  FROM (SELECT oid, srvfdw, array_to_json(srvoptions) AS srvoptions_json
      FROM pg_catalog.pg_foreign_server WHERE srvname = $1) s
    JOIN (SELECT oid, array_to_json(fdwoptions) AS fdwoptions_json FROM pg_catalog.pg_foreign_data_wrapper) w
      ON w.oid = s.srvfdw
    LEFT JOIN LATERAL (SELECT umid, array_to_json(umoptions) AS umoptions_json FROM pg_catalog.pg_user_mappings
      WHERE srvid = s.oid AND (umuser = 0 OR usename = current_user) ORDER BY umuser = 0 LIMIT 1) m ON true`;

async function foreignServer(run: RunLocalQuery, name: string): Promise<ForeignServer | undefined> {
  const [row] = await run({ sql: FOREIGN_SERVER, parameters: [name] });
  if (row === undefined) return undefined;
  const [wrapper, server, isMapped, mapping, mayUse, user] = row;
  if (!isTrue(isMapped)) {
    throw new DblinkError({
      sqlState: '42704',
      message: `user mapping not found for user "${user ?? ''}", server "${name}"`,
    });
  }
  if (!isTrue(mayUse)) {
    throw new DblinkError({ sqlState: '42501', message: `permission denied for foreign server ${name}` });
  }
  return {
    wrapperOptions: optionsOf(wrapper),
    serverOptions: optionsOf(server),
    userMappingOptions: optionsOf(mapping),
  };
}

const isTrue = (text: string | null | undefined): boolean => text === 't' || text === 'true';

function optionsOf(json: string | null | undefined): ForeignOption[] {
  const options = JSON.parse(json ?? 'null') as string[] | null;
  return (options ?? []).map((option) => {
    const at = option.indexOf('=');
    return { name: option.slice(0, at), value: option.slice(at + 1) };
  });
}
