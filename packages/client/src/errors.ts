import type { ServerError } from './server-error.ts';

/**
 * The brand on every error of this package: it survives two copies of the package in one process, which `instanceof`
 * does not.
 */
const BRAND: symbol = Symbol.for('@pg-dblink/client/error');

type ErrorKind =
  | 'ServerError'
  | 'ConnectError'
  | 'AuthenticationError'
  | 'TimeoutError'
  | 'ConnectionLostError'
  | 'CancelError'
  | 'EgressError'
  | 'PipelineAbortedError'
  | 'UsageError';

/**
 * What all errors of this package share: a stable `code` and a brand.
 *
 * @example
 * ```ts
 * try { await connection.query('select 1/0') } catch (error) { if (isServerError(error)) console.log(error.sqlState) }
 * ```
 */
export abstract class ClientError extends Error {
  /** A stable machine-readable name of the kind of failure. */
  abstract readonly code: string;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = kind;
    Object.defineProperty(this, BRAND, { value: kind });
  }
}

function hasBrand(value: unknown, kind: ErrorKind): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === kind;
}

/**
 * Every host failed; the message is what libpq's PQerrorMessage would say, one text an attempt, in order.
 *
 * @example
 * ```ts
 * await connect('host=127.0.0.1 port=1').catch((error) => isConnectError(error) && error.attempts.length);
 * ```
 */
export class ConnectError extends ClientError {
  readonly code = 'CONNECT_FAILED';
  /** One cause for each attempt, in the order in which they were made. */
  readonly attempts: readonly Error[];
  /** Nothing of a query can have been executed: another try is harmless. */
  readonly safeToRetry = true;

  constructor(message: string, attempts: readonly Error[]) {
    super('ConnectError', message, { cause: attempts.at(-1) });
    this.attempts = attempts;
  }

  /** SQLSTATE of the last attempt, when a server gave one. */
  get sqlState(): string | undefined {
    const last = this.attempts.at(-1);
    return last !== undefined && isServerError(last) ? last.sqlState : undefined;
  }
}

/**
 * The authentication dialogue failed on our side: a method that we may not use, no password, a server that proved
 * nothing (protocol chapter "Start-up", libpq's words).
 *
 * @example
 * ```ts
 * const failed = (error: ConnectError) => error.attempts.some(isAuthenticationError);
 * ```
 */
export class AuthenticationError extends ClientError {
  readonly code = 'AUTHENTICATION_FAILED';
  readonly safeToRetry = true;

  constructor(message: string, options?: ErrorOptions) {
    super('AuthenticationError', message, options);
  }
}

/**
 * A time-out of ours ran out: `connect_timeout`, a statement's `timeoutMs`, or the wait for a cancelled statement.
 *
 * @example
 * ```ts
 * await connection.query('select pg_sleep(60)', { timeoutMs: 100 }).catch(isTimeoutError);
 * ```
 */
export class TimeoutError extends ClientError {
  readonly code = 'TIMEOUT';
  /** Whether the statement cannot have run. */
  readonly safeToRetry: boolean;

  constructor(message: string, safeToRetry: boolean, options?: ErrorOptions) {
    super('TimeoutError', message, options);
    this.safeToRetry = safeToRetry;
  }
}

/**
 * The connection is gone; the message is libpq's, with the server's last FATAL in front when it sent one.
 *
 * @example
 * ```ts
 * const retry = (error: unknown) => isConnectionLostError(error) && error.safeToRetry;
 * ```
 */
export class ConnectionLostError extends ClientError {
  readonly code = 'CONNECTION_LOST';
  /** True only when no byte of the request left this machine. */
  readonly safeToRetry: boolean;

  constructor(message: string, safeToRetry: boolean, options?: ErrorOptions) {
    super('ConnectionLostError', message, options);
    this.safeToRetry = safeToRetry;
  }
}

/**
 * A cancel request could not be delivered; the running statement is as it was.
 *
 * @example
 * ```ts
 * await connection.cancel().catch((error) => isCancelError(error) && error.message);
 * ```
 */
export class CancelError extends ClientError {
  readonly code = 'CANCEL_FAILED';

  constructor(message: string, options?: ErrorOptions) {
    super('CancelError', message, options);
  }
}

/**
 * The egress policy does not allow a connection there: nothing was sent, no socket was opened.
 *
 * @example
 * ```ts
 * const forbidden = (error: unknown) => isConnectError(error) && error.attempts.every(isEgressError);
 * ```
 */
export class EgressError extends ClientError {
  readonly code = 'EGRESS_REFUSED';
  readonly safeToRetry = true;

  constructor() {
    super('EgressError', 'not allowed by the egress policy');
  }
}

/**
 * A request of a pipeline that the server skipped, because one before it failed; `cause` is that failure.
 *
 * @example
 * ```ts
 * const skipped = (error: unknown) => isPipelineAbortedError(error) && error.cause;
 * ```
 */
export class PipelineAbortedError extends ClientError {
  readonly code = 'PIPELINE_ABORTED';
  readonly safeToRetry = true;

  constructor(cause: ServerError | undefined) {
    super('PipelineAbortedError', 'not executed: an earlier request of the pipeline failed', { cause });
  }
}

/**
 * The caller asked for something that the connection's state or the protocol forbids.
 *
 * @example
 * ```ts
 * await connection.execute('select $1', [Symbol()] as never).catch(isUsageError);
 * ```
 */
export class UsageError extends ClientError {
  readonly code = 'USAGE';

  constructor(message: string, options?: ErrorOptions) {
    super('UsageError', message, options);
  }
}

/**
 * Whether the value is a {@link ServerError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * await connection.query('select 1/0').catch(isServerError); // true
 * ```
 */
export function isServerError(value: unknown): value is ServerError {
  return hasBrand(value, 'ServerError');
}

/**
 * Whether the value is a {@link ConnectError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * await connect('hostaddr=127.0.0.1 port=1').catch(isConnectError); // true
 * ```
 */
export function isConnectError(value: unknown): value is ConnectError {
  return hasBrand(value, 'ConnectError');
}

/**
 * Whether the value is an {@link AuthenticationError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * const refused = (error: ConnectError): boolean => error.attempts.some(isAuthenticationError);
 * ```
 */
export function isAuthenticationError(value: unknown): value is AuthenticationError {
  return hasBrand(value, 'AuthenticationError');
}

/**
 * Whether the value is a {@link TimeoutError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * await connection.query('select pg_sleep(60)', { timeoutMs: 50 }).catch(isTimeoutError); // true
 * ```
 */
export function isTimeoutError(value: unknown): value is TimeoutError {
  return hasBrand(value, 'TimeoutError');
}

/**
 * Whether the value is a {@link ConnectionLostError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * const mayRetry = (error: unknown): boolean => isConnectionLostError(error) && error.safeToRetry;
 * ```
 */
export function isConnectionLostError(value: unknown): value is ConnectionLostError {
  return hasBrand(value, 'ConnectionLostError');
}

/**
 * Whether the value is a {@link CancelError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * await connection.cancel().catch((error: unknown) => console.log(isCancelError(error)));
 * ```
 */
export function isCancelError(value: unknown): value is CancelError {
  return hasBrand(value, 'CancelError');
}

/**
 * Whether the value is an {@link EgressError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * const forbidden = (error: unknown): boolean => isConnectError(error) && error.attempts.every(isEgressError);
 * ```
 */
export function isEgressError(value: unknown): value is EgressError {
  return hasBrand(value, 'EgressError');
}

/**
 * Whether the value is a {@link PipelineAbortedError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * const cause = (error: unknown): unknown => (isPipelineAbortedError(error) ? error.cause : error);
 * ```
 */
export function isPipelineAbortedError(value: unknown): value is PipelineAbortedError {
  return hasBrand(value, 'PipelineAbortedError');
}

/**
 * Whether the value is a {@link UsageError}, of this copy of the package or of another.
 *
 * @example
 * ```ts
 * await connection.execute('select $1', [Symbol()] as never).catch(isUsageError); // true
 * ```
 */
export function isUsageError(value: unknown): value is UsageError {
  return hasBrand(value, 'UsageError');
}
