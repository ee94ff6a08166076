import { type Engine, executeSql, SqlError } from '@pg-dblink/fmgr';
import { isSqlBuildError, type LocalQuery, type LocalSteps, quoteLiteral } from '@pg-dblink/sql';

/** Runs a computation that asks the local database, in the calling statement's transaction and as the current role. */
export function runLocally<Result>(engine: Engine, steps: LocalSteps<Result>): Result {
  try {
    let step = steps.next();
    while (step.done !== true) step = steps.next(executeSql(engine, textOf(step.value), { readOnly: false }).rows);
    return step.value;
  } catch (error) {
    if (!isSqlBuildError(error)) throw error;
    throw new SqlError({ sqlState: error.sqlState, message: error.message, detail: error.detail });
  }
}

/** The query with its parameters written into it; one without parameters is left alone, whatever is in its literals. */
function textOf({ sql, parameters }: LocalQuery): string {
  if (parameters.length === 0) return sql;
  return sql.replaceAll(/\$(\d+)/g, (_, number: string) => quoteLiteral(parameters[Number(number) - 1] ?? ''));
}
