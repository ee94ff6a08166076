import { type Call, type HostFunction, withSettings } from '@pg-dblink/fmgr';
import type { ParameterizedStatement } from '@pg-dblink/session';
import type { Answers } from './answers.ts';

/**
 * Settings under which the text of every built-in type is exact and means the same in any session: what postgres_fdw
 * sends values under.
 */
const EXACT_TEXT = {
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  search_path: 'pg_catalog',
} as const;

/** Positions of the arguments that the functions with parameters share. */
const NAME = 0;
const SQL = 1;
const FIRST = 2;

/** The functions that send a statement with parameters. They are not strict: a parameter may be NULL. */
export function paramsFunctions({ returnAnswer, returnSet }: Answers): Readonly<Record<string, HostFunction>> {
  return {
    dblink_params: (call) => {
      call.prepareSet();
      const statement = statementOf(call);
      if (statement !== undefined) {
        returnSet(call, { verb: 'queryParams', target: connectionOf(call), statement, failOnError: true });
      }
    },
    dblink_exec_params: (call) => {
      const statement = statementOf(call);
      if (statement === undefined) call.returnNull();
      else returnAnswer(call, { verb: 'execParams', target: connectionOf(call), statement, failOnError: true });
    },
    dblink_send_query_params: (call) => {
      const statement = statementOf(call);
      if (statement === undefined) call.returnNull();
      else returnAnswer(call, { verb: 'sendQueryParams', name: connectionOf(call), statement });
    },
  };
}

/** The connection's name; NULL is the unnamed connection, for which other functions leave the argument out. */
export function connectionOf(call: Call): string | undefined {
  return call.isNull(NAME) ? undefined : call.text(NAME);
}

/** The arguments from there on, as values that any server reads. */
export function parameterTexts(call: Call, first: number): (string | null)[] {
  return withSettings(call.engine, EXACT_TEXT, () => call.variadicTexts(first));
}

/** The statement and its values; undefined where the statement is NULL, which gives NULL like everywhere in dblink. */
function statementOf(call: Call): ParameterizedStatement | undefined {
  return call.isNull(SQL) ? undefined : { sql: call.text(SQL), parameters: parameterTexts(call, FIRST) };
}
