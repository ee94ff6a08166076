import type { ColumnListRow, SqlTypeMap } from '@pg-dblink/sql';
import { type ParameterValue, parameterTexts } from '../parameters.ts';
import type { TextRows } from '../text-rows.ts';
import type { TypedRows } from '../typed-rows.ts';
import { type CallOptions, failOnError, type MethodContext } from './context.ts';

/**
 * Statements with parameters `$1` …: one statement each, whose values travel beside its text and need no quoting. The
 * remote server infers the types of the parameters; a cast (`$1::date`) tells it.
 */
export interface ParamsMethods {
  /** dblink_params: the rows of a statement, as text; the unnamed connection is undefined. */
  params(
    connection: string | undefined,
    sql: string,
    values: readonly ParameterValue[],
    options?: CallOptions,
  ): Promise<TextRows>;
  /** The same with a column list in SQL's own words. */
  params<const List extends string, const Query extends string = string>(
    connection: string | undefined,
    sql: Query,
    values: readonly ParameterValue[],
    columns: List,
    options?: CallOptions,
  ): Promise<TypedRows<ColumnListRow<List, SqlTypeMap, Query>>>;
  /** dblink_exec_params: the command tag. */
  execParams(
    connection: string | undefined,
    sql: string,
    values: readonly ParameterValue[],
    options?: CallOptions,
  ): Promise<string>;
  /** dblink_send_query_params: 1 when the statement is on its way; its rows come by `getResult`. */
  sendQueryParams(connection: string | undefined, sql: string, values: readonly ParameterValue[]): Promise<0 | 1>;
}

export function paramsMethods({ verbsFor, collect }: MethodContext): ParamsMethods {
  return {
    params: (
      connection: string | undefined,
      sql: string,
      values: readonly ParameterValue[],
      ...rest: (string | CallOptions | undefined)[]
    ) => {
      const [first, second] = rest;
      const columns = typeof first === 'string' ? first : undefined;
      const last = columns === undefined ? first : second;
      const options = typeof last === 'string' ? true : (last ?? true);
      const statement = { sql, parameters: parameterTexts(values) };
      return collect(
        columns,
        (rows) => verbsFor(options).queryParams(connection, statement, failOnError(options), rows),
        sql,
      );
    },
    execParams: (connection, sql, values, options = true) =>
      verbsFor(options).execParams(connection, { sql, parameters: parameterTexts(values) }, failOnError(options)),
    sendQueryParams: (connection, sql, values) =>
      verbsFor(true).sendQueryParams(connection, { sql, parameters: parameterTexts(values) }),
  };
}
