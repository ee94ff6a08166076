import type { ServerError } from '../server-error.ts';

/**
 * A server's error with the property names of node-postgres: `code` is the SQLSTATE.
 *
 * @example
 * ```ts
 * await client.query('select 1/0').catch((error: unknown) => error instanceof DatabaseError && error.code); // '22012'
 * ```
 */
export class DatabaseError extends Error {
  readonly severity: string;
  readonly code: string;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  readonly position: string | undefined;
  readonly internalPosition: string | undefined;
  readonly internalQuery: string | undefined;
  readonly where: string | undefined;
  readonly schema: string | undefined;
  readonly table: string | undefined;
  readonly column: string | undefined;
  readonly dataType: string | undefined;
  readonly constraint: string | undefined;
  readonly file: string | undefined;
  readonly line: string | undefined;
  readonly routine: string | undefined;

  constructor(error: ServerError) {
    super(error.message, { cause: error });
    this.name = 'error';
    this.severity = error.severity;
    this.code = error.sqlState;
    this.detail = error.detail;
    this.hint = error.hint;
    this.position = error.position?.toString();
    this.internalPosition = error.internalPosition?.toString();
    this.internalQuery = error.internalQuery;
    this.where = error.context;
    this.schema = error.schema;
    this.table = error.table;
    this.column = error.column;
    this.dataType = error.dataType;
    this.constraint = error.constraint;
    this.file = error.file;
    this.line = error.line;
    this.routine = error.routine;
  }
}
