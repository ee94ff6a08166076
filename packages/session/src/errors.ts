const brand = Symbol.for('@pg-dblink/session.DblinkError');

/** What `ereport` shows of an error or a notice, besides its level. */
export interface DblinkMessageFields {
  /** Five characters. */
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** A hint where the C extension gives none, so that whoever stands in for that one can leave it out. */
  readonly advice?: string | undefined;
  /** Context lines, the innermost first; the dblink line is the last one. */
  readonly context?: string | undefined;
  /** The remote server's own error, with the fields that SQL does not show (schema, table, constraint, position …). */
  readonly remote?: RemoteErrorFields | undefined;
}

/** The fields of an ErrorResponse as the client package names them. */
export interface RemoteErrorFields {
  readonly severity: string;
  /** Severity in the remote server's language. */
  readonly severityLocalized?: string | undefined;
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly position?: number | undefined;
  readonly internalPosition?: number | undefined;
  readonly internalQuery?: string | undefined;
  readonly context?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
  /** Where in the remote server's source it was reported. */
  readonly file?: string | undefined;
  readonly line?: string | undefined;
  readonly routine?: string | undefined;
}

/** A NoticeResponse of a remote server, with all of its fields. */
export interface RemoteNotice extends RemoteErrorFields {
  /** Name of the connection; undefined for the unnamed one, for temporary ones and while a connection is being made. */
  readonly connection: string | undefined;
}

/**
 * What a dblink function reports without failing: a NOTICE is the relayed error of a call with fail_on_error false or a
 * truncated name, a WARNING a source that could not be gathered from.
 */
export interface DblinkNotice extends DblinkMessageFields {
  readonly level: 'NOTICE' | 'WARNING';
}

/**
 * What a dblink function raises: SQLSTATE, message, detail, hint and context as contrib/dblink reports them.
 *
 * @example
 * ```ts
 * await db.exec('c', 'select 1/0').catch((error) => isDblinkError(error) && error.sqlState === '22012');
 * ```
 */
export class DblinkError extends Error implements DblinkMessageFields {
  readonly code = 'DBLINK';
  readonly sqlState: string;
  readonly detail: string | undefined;
  /** The hint, or the advice where there is no hint. */
  readonly hint: string | undefined;
  readonly advice: string | undefined;
  readonly context: string | undefined;
  readonly remote: RemoteErrorFields | undefined;

  constructor(fields: DblinkMessageFields, options?: ErrorOptions) {
    super(fields.message, options);
    this.name = 'DblinkError';
    this.sqlState = fields.sqlState;
    this.detail = fields.detail;
    this.hint = fields.hint ?? fields.advice;
    this.advice = fields.advice;
    this.context = fields.context;
    this.remote = fields.remote;
    Object.defineProperty(this, brand, { value: true });
  }
}

/**
 * Whether the value is a {@link DblinkError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * if (isDblinkError(error)) console.log(error.sqlState, error.context);
 * ```
 */
export function isDblinkError(value: unknown): value is DblinkError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** 08003 with the name exactly as the caller passed it. */
export function connectionNotAvailable(name: string | undefined): DblinkError {
  return new DblinkError({
    sqlState: '08003',
    message: name === undefined ? 'connection not available' : `connection "${name}" not available`,
  });
}

/** 57014: the host stopped waiting; `because` is what `ProcessInterrupts` says of it. */
export function canceled(because: 'user request' | 'statement timeout'): DblinkError {
  return new DblinkError({ sqlState: '57014', message: `canceling statement due to ${because}` });
}

/**
 * The reason of a signal that ends a call because its rows cannot be used, not because its statement should stop: the
 * statement runs to its end and its rows are dropped.
 *
 * @example
 * ```ts
 * controller.abort(new RowsRefused());
 * ```
 */
export class RowsRefused extends Error {
  override readonly name = 'RowsRefused';

  constructor() {
    super('the rows are refused');
  }
}
