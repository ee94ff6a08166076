import { type Body, type BodyReader, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { LocalProtocolError } from '../errors.ts';
import { BackendTag } from '../tags.ts';

/**
 * The Int32 that tells the authentication requests apart.
 *
 * @example
 * ```ts
 * AuthenticationCode.AuthenticationOk; // 0
 * ```
 */
export const AuthenticationCode = {
  AuthenticationOk: 0,
  AuthenticationKerberosV4: 1,
  AuthenticationKerberosV5: 2,
  AuthenticationCleartextPassword: 3,
  AuthenticationCryptPassword: 4,
  AuthenticationMD5Password: 5,
  AuthenticationSCMCredential: 6,
  AuthenticationGSS: 7,
  AuthenticationGSSContinue: 8,
  AuthenticationSSPI: 9,
  AuthenticationSASL: 10,
  AuthenticationSASLContinue: 11,
  AuthenticationSASLFinal: 12,
} as const;

/** A request that says everything by its code. */
export interface BareAuthentication {
  readonly type:
    | 'AuthenticationOk'
    | 'AuthenticationKerberosV4'
    | 'AuthenticationKerberosV5'
    | 'AuthenticationCleartextPassword'
    | 'AuthenticationSCMCredential'
    | 'AuthenticationGSS'
    | 'AuthenticationSSPI';
}

/** Asks for a password hashed with this salt: 4 bytes for MD5, 2 for the long gone crypt. */
export interface SaltedAuthentication {
  readonly type: 'AuthenticationMD5Password' | 'AuthenticationCryptPassword';
  readonly salt: Uint8Array;
}

/** Offers SASL mechanisms by name, the server's favourite first. */
export interface AuthenticationSASL {
  readonly type: 'AuthenticationSASL';
  readonly mechanisms: readonly string[];
}

/** Carries data of the method under way; a view when decoded. */
export interface AuthenticationData {
  readonly type: 'AuthenticationGSSContinue' | 'AuthenticationSASLContinue' | 'AuthenticationSASLFinal';
  readonly data: Uint8Array;
}

/** A request whose code the manual does not list. */
export interface UnknownAuthentication {
  readonly type: 'AuthenticationUnknown';
  readonly code: number;
  readonly data: Uint8Array;
}

/** Every message that begins with `R`. */
export type Authentication =
  | BareAuthentication
  | SaltedAuthentication
  | AuthenticationSASL
  | AuthenticationData
  | UnknownAuthentication;

const names: ReadonlyMap<number, keyof typeof AuthenticationCode> = new Map(
  (Object.keys(AuthenticationCode) as (keyof typeof AuthenticationCode)[]).map((name) => [
    AuthenticationCode[name],
    name,
  ]),
);

/**
 * Reads the body of an authentication request.
 *
 * @throws RemoteProtocolError when the length is not the request's own, or a list of mechanisms is empty or not ended.
 * @example
 * ```ts
 * const request = decodeAuthentication(frame);
 * if (request.type === 'AuthenticationSASL') choose(request.mechanisms);
 * ```
 */
export function decodeAuthentication(body: Body, decodeText?: DecodeText): Authentication {
  const reader = readBackend(body, 'Authentication', decodeText);
  const code = reader.uint32();
  const message = readRequest(reader, code);
  reader.finish();
  return message;
}

function readRequest(reader: BodyReader, code: number): Authentication {
  const type = names.get(code);
  switch (type) {
    case undefined:
      return { type: 'AuthenticationUnknown', code, data: reader.rest() };
    case 'AuthenticationMD5Password':
      return { type, salt: reader.view(4) };
    case 'AuthenticationCryptPassword':
      return { type, salt: reader.view(2) };
    case 'AuthenticationSASL':
      return { type, mechanisms: readMechanisms(reader) };
    case 'AuthenticationGSSContinue':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      return { type, data: reader.rest() };
    default:
      return { type };
  }
}

function readMechanisms(reader: BodyReader): string[] {
  const mechanisms: string[] = [];
  while (reader.remaining > 0) {
    const name = reader.cstring();
    if (name !== '') mechanisms.push(name);
    else if (mechanisms.length > 0) return mechanisms;
    else break;
  }
  return reader.invalid(
    'fe_sendauth: invalid authentication request from server: invalid list of authentication mechanisms',
  );
}

/**
 * Writes an authentication request.
 *
 * @throws LocalProtocolError when a salt has the wrong length, or no mechanism or an empty one is offered.
 * @example
 * ```ts
 * encodeAuthentication(writer, { type: 'AuthenticationOk' });
 * ```
 */
export function encodeAuthentication(writer: Writer, message: Authentication): void {
  writer.begin(BackendTag.Authentication, message.type);
  if (message.type === 'AuthenticationUnknown') writer.uint32(message.code);
  else writer.uint32(AuthenticationCode[message.type]);
  switch (message.type) {
    case 'AuthenticationMD5Password':
    case 'AuthenticationCryptPassword':
      requireSalt(message);
      writer.bytes(message.salt);
      break;
    case 'AuthenticationSASL':
      writeMechanisms(writer, message.mechanisms);
      break;
    case 'AuthenticationGSSContinue':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      writer.bytes(message.data);
      break;
    case 'AuthenticationUnknown':
      if (names.has(message.code)) refuse(`${message.code} is a known authentication code`, message.type);
      writer.bytes(message.data);
      break;
    default:
  }
  writer.end();
}

function requireSalt({ type, salt }: SaltedAuthentication): void {
  const byteLength = type === 'AuthenticationMD5Password' ? 4 : 2;
  if (salt.byteLength !== byteLength) refuse(`the salt of ${type} has ${byteLength} bytes`, type);
}

function writeMechanisms(writer: Writer, mechanisms: readonly string[]): void {
  if (mechanisms.length === 0) refuse('at least one mechanism must be offered', 'AuthenticationSASL');
  for (const name of mechanisms) {
    if (name === '') refuse('the name of a mechanism cannot be empty', 'AuthenticationSASL');
    writer.cstring(name);
  }
  writer.byte(0);
}

function refuse(message: string, messageType: string): never {
  throw new LocalProtocolError('value-out-of-range', message, messageType);
}
