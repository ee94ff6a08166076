import {
  type CancelReason,
  cancelStatement,
  checkForInterrupts,
  currentUserId,
  databaseEncoding,
  type Engine,
  ereport,
  executeSql,
  foreignServer,
  isSuperuser,
  requireServerUsage,
  SqlError,
  statementDeadline,
  statementStart,
  userMappingOptions,
} from '@pg-dblink/fmgr';
import type { DblinkMessageFields, DblinkNotice } from '@pg-dblink/session';
import type { EngineHost } from '../bridge/caller.ts';
import type { LocalAnswer } from '../bridge/frames.ts';

/** What a waiting call asks of the engine that it was called from. */
export function hostOf(engine: Engine): EngineHost {
  return new CallHost(engine);
}

// A class, for it is made in every call: functions on a prototype are not.
class CallHost implements EngineHost {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get deadlineMs(): number | undefined {
    return statementDeadline(this.#engine);
  }

  statementStartMs(): number {
    return statementStart(this.#engine);
  }

  notice({ level, ...fields }: DblinkNotice): void {
    ereport(this.#engine, level, fields);
  }

  localAnswer(serverName: string): LocalAnswer {
    return localAnswer(this.#engine, serverName);
  }

  checkForInterrupts(): void {
    checkForInterrupts(this.#engine);
  }

  cancelStatement(why: CancelReason): never {
    cancelStatement(this.#engine, why);
  }

  raise(fields: DblinkMessageFields): never {
    raise(this.#engine, fields);
  }
}

function raise(engine: Engine, { sqlState, message, detail, hint, advice, context }: DblinkMessageFields): never {
  const shown = advice !== undefined && isContribVersion(engine) ? undefined : hint;
  throw new SqlError({ sqlState, message, detail, hint: shown, context });
}

/** Version 1.2 says what the C extension says, and no more. */
function isContribVersion(engine: Engine): boolean {
  const installed = "SELECT extversion FROM pg_catalog.pg_extension WHERE extname OPERATOR(pg_catalog.=) 'dblink'";
  return executeSql(engine, installed).rows[0]?.[0] === '1.2';
}

/** In the order of C: the mapping is missed before the right to use the server. */
function localAnswer(engine: Engine, serverName: string): LocalAnswer {
  const role = currentUserId(engine);
  const server = serverName === '' ? undefined : foreignServer(engine, serverName);
  const mapping = server === undefined ? [] : userMappingOptions(engine, role, server);
  if (server !== undefined) requireServerUsage(engine, server, role);
  return {
    isSuperuser: isSuperuser(engine, role),
    databaseEncoding: databaseEncoding(engine),
    server:
      server === undefined
        ? undefined
        : { wrapperOptions: server.wrapperOptions, serverOptions: server.options, userMappingOptions: mapping },
  };
}
