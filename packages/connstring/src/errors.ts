const brand = Symbol.for('@pg-dblink/connstring.ConninfoError');

/**
 * What was wrong, for programs; `message` says it for people.
 *
 * `invalid-port` is the one after which libpq goes on to the next host; after any other it gives the attempt up.
 */
export type ConninfoErrorCode =
  | 'missing-equals'
  | 'unterminated-quote'
  | 'unknown-keyword'
  | 'uri-syntax'
  | 'percent-encoding'
  | 'not-text'
  | 'service-file-not-found'
  | 'service-file-syntax'
  | 'service-not-found'
  | 'host-count'
  | 'port-count'
  | 'no-user'
  | 'invalid-value'
  | 'invalid-integer'
  | 'invalid-port'
  | 'conflict'
  | 'unsupported'
  | 'socket-path'
  | 'local-file';

/** What a {@link ConninfoError} carries beside its message. */
export interface ConninfoErrorDetails {
  readonly keyword?: string | undefined;
  readonly input?: string | undefined;
}

/**
 * A connection string, or a value in one, that libpq refuses; `message` is libpq's, without its final newline.
 *
 * Secrets are not in it: where libpq would repeat a password, or text next to one, `***` stands. `keyword` names the
 * option at fault where one is, `input` is the redacted connection string where the text itself was refused.
 *
 * @example
 * try {
 *   parseConninfo('hots=db.example.com');
 * } catch (error) {
 *   if (isConninfoError(error)) error.message; // invalid connection option "hots"
 * }
 */
export class ConninfoError extends Error {
  override readonly name = 'ConninfoError';
  readonly code: ConninfoErrorCode;
  readonly keyword: string | undefined;
  readonly input: string | undefined;

  constructor(code: ConninfoErrorCode, message: string, details: ConninfoErrorDetails = {}) {
    super(message);
    Object.defineProperty(this, brand, { value: true });
    this.code = code;
    this.keyword = details.keyword;
    this.input = details.input;
  }
}

/**
 * Whether a value is a {@link ConninfoError}, also one of another copy of this package.
 *
 * @example
 * if (isConninfoError(error)) report(error.code);
 */
export function isConninfoError(value: unknown): value is ConninfoError {
  return typeof value === 'object' && value !== null && brand in value;
}
