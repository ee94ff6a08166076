const brand = Symbol.for('@pg-dblink/sql.SqlBuildError');

/**
 * What dblink's `dblink_build_sql_*` and `dblink_get_pkey` raise: `sqlState` and the texts are the server's.
 *
 * @example
 * try {
 *   validateKeyAttributes(columns, parseInt2Vector('9'), 1);
 * } catch (error) {
 *   if (isSqlBuildError(error)) error.sqlState; // '22023'
 * }
 */
export class SqlBuildError extends Error {
  override readonly name = 'SqlBuildError';
  readonly sqlState: string;
  readonly detail: string | undefined;

  constructor(sqlState: string, message: string, detail?: string) {
    super(message);
    Object.defineProperty(this, brand, { value: true });
    this.sqlState = sqlState;
    this.detail = detail;
  }

  /** The SQLSTATE, as the stable code that every error of the family has. */
  get code(): string {
    return this.sqlState;
  }
}

/**
 * Whether a value is a {@link SqlBuildError}, also one of another copy of this package.
 *
 * @example
 * if (isSqlBuildError(error)) report(error.sqlState);
 */
export function isSqlBuildError(value: unknown): value is SqlBuildError {
  return typeof value === 'object' && value !== null && brand in value;
}
