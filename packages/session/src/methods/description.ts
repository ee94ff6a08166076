import type { RemoteColumn } from '@pg-dblink/sql';
import { DescribedRowCollector } from '../described-rows.ts';
import { type ParameterValue, parameterTexts } from '../parameters.ts';
import type { TypedRows } from '../typed-rows.ts';
import { type CallOptions, failOnError, type MethodContext } from './context.ts';

/** Queries without a column list: the remote server says what their columns are. */
export interface DescriptionMethods {
  /**
   * dblink_as: rows as objects whose keys are the remote columns' names, with values of their types: numbers, booleans,
   * bigints, documents, bytes and arrays of them; every other type is its text. `Row` is the caller's word for it.
   */
  as<Row = Record<string, unknown>>(
    connection: string | undefined,
    sql: string,
    values?: readonly ParameterValue[],
    options?: CallOptions,
  ): Promise<TypedRows<Row>>;
  /** dblink_describe: names and types of the columns that a query would have, in SQL's words; it does not run. */
  describe(connection: string | undefined, sql: string): Promise<RemoteColumn[]>;
  /**
   * dblink_create_view: creates a view over a remote query in the local database; returns the statement that did it. A
   * type that the local database has not becomes text, with a notice.
   */
  createView(view: string, connection: string | undefined, sql: string): Promise<string>;
}

export function descriptionMethods({ verbsFor }: MethodContext): DescriptionMethods {
  return {
    as: async <Row>(
      connection: string | undefined,
      sql: string,
      values: readonly ParameterValue[] = [],
      options: CallOptions = true,
    ) => {
      const rows = new DescribedRowCollector();
      const statement = { sql, parameters: parameterTexts(values) };
      const outcome = await verbsFor(options).queryParams(connection, statement, failOnError(options), rows);
      return rows.result<Row>(outcome);
    },
    describe: (connection, sql) => verbsFor(true).describe(connection, sql),
    createView: (view, connection, sql) => verbsFor(true).createView(view, connection, sql),
  };
}
