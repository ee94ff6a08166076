/** Why the local caller was refused; see {@link LocalProtocolError}. */
export type LocalProtocolErrorCode =
  | 'invalid-state'
  | 'value-out-of-range'
  | 'too-many-values'
  | 'nul-in-string'
  | 'lone-surrogate'
  | 'message-too-long';

/** What the peer did wrong; see {@link RemoteProtocolError}. */
export type RemoteProtocolErrorCode =
  | 'unknown-message'
  | 'unexpected-message'
  | 'invalid-length'
  | 'message-too-long'
  | 'body-too-short'
  | 'body-not-consumed'
  | 'unterminated-string'
  | 'invalid-text'
  | 'invalid-value'
  | 'pre-3.0-error'
  | 'scram';

const localBrand: symbol = Symbol.for('@pg-dblink/protocol/LocalProtocolError');
const remoteBrand: symbol = Symbol.for('@pg-dblink/protocol/RemoteProtocolError');

/**
 * What both kinds of protocol error share; the codec throws nothing else.
 *
 * @example
 * ```ts
 * if (error instanceof ProtocolError) console.log(error.code); // invalid-state
 * ```
 */
export abstract class ProtocolError extends Error {
  abstract readonly code: LocalProtocolErrorCode | RemoteProtocolErrorCode;
  /** The message concerned, by its name in the manual; undefined when it is not known. */
  readonly messageType: string | undefined;

  constructor(message: string, messageType: string | undefined) {
    super(message);
    this.messageType = messageType;
  }
}

/**
 * Our own caller broke the rules of the protocol; nothing of the refused message was written.
 *
 * @example
 * ```ts
 * try {
 *   encodeQuery(writer, { sql: 'select \0' });
 * } catch (error) {
 *   if (isLocalProtocolError(error)) console.log(error.code); // nul-in-string
 * }
 * ```
 */
export class LocalProtocolError extends ProtocolError {
  override readonly name = 'LocalProtocolError';
  readonly code: LocalProtocolErrorCode;

  constructor(code: LocalProtocolErrorCode, message: string, messageType?: string) {
    super(message, messageType);
    this.code = code;
    Object.defineProperty(this, localBrand, { value: true });
  }
}

/**
 * The peer broke the rules of the protocol; the connection is finished.
 *
 * @example
 * ```ts
 * try {
 *   reader.next();
 * } catch (error) {
 *   if (isRemoteProtocolError(error)) socket.destroy(error);
 * }
 * ```
 */
export class RemoteProtocolError extends ProtocolError {
  override readonly name = 'RemoteProtocolError';
  readonly code: RemoteProtocolErrorCode;

  constructor(code: RemoteProtocolErrorCode, message: string, messageType?: string) {
    super(message, messageType);
    this.code = code;
    Object.defineProperty(this, remoteBrand, { value: true });
  }
}

function carries(value: unknown, brand: symbol): boolean {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[brand] === true;
}

/**
 * Whether `value` is a LocalProtocolError, also one made by another copy of this package.
 *
 * @example
 * ```ts
 * if (isLocalProtocolError(error)) return error.code;
 * ```
 */
export function isLocalProtocolError(value: unknown): value is LocalProtocolError {
  return carries(value, localBrand);
}

/**
 * Whether `value` is a RemoteProtocolError, also one made by another copy of this package.
 *
 * @example
 * ```ts
 * if (isRemoteProtocolError(error)) return error.messageType;
 * ```
 */
export function isRemoteProtocolError(value: unknown): value is RemoteProtocolError {
  return carries(value, remoteBrand);
}
