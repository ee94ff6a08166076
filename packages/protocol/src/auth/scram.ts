/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS as PostgreSQL speaks them (RFC 5802, RFC 7677), the client's side.
 *
 * The dialogue, and the state that each step needs and gives:
 *
 *     C: n,,n=,r=<cnonce>                        startScram            → ScramStarted
 *     S: r=<cnonce><snonce>,s=<salt>,i=<count>   receiveServerFirst    → ScramChallenged
 *     C: c=biws,r=<nonce>,p=<proof>              answerChallenge       → ScramAnswered
 *     S: v=<signature>                           receiveServerFinal    → ScramFinished
 *
 * Nothing here computes a hash: `ScramChallenged` says what the proof is of (salt, iterations, authMessage), and whoever
 * has a platform computes proof and server signature. A step cannot be taken out of order, since each takes the state
 * that only the step before it returns; AuthenticationOk counts only once the state is `finished`.
 *
 * The user name is left empty, as the server takes it from the StartupMessage. The server's first message enters the
 * authMessage as it was received: rebuilding it would lose extensions.
 */
import { requireWellFormed } from '../bytes/text.ts';
import { LocalProtocolError, RemoteProtocolError } from '../errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';

/** How the exchange is tied to the TLS channel. */
export type ScramChannelBinding =
  /** No TLS, or channel binding is not wanted. */
  | { readonly kind: 'unsupported' }
  /** TLS is on, but the server did not offer SCRAM-SHA-256-PLUS; a server that did will notice the man in the middle. */
  | { readonly kind: 'unused' }
  /** SCRAM-SHA-256-PLUS: the hash of the server's certificate. */
  | { readonly kind: 'tls-server-end-point'; readonly certificateHash: Uint8Array };

/** The client has spoken first; the server's challenge is awaited. */
export interface ScramStarted {
  readonly state: 'started';
  /** The data of the SASLInitialResponse. */
  readonly message: string;
  readonly clientNonce: string;
  /** The c= attribute's bytes: gs2 header and binding data. */
  readonly bindingInput: Uint8Array;
}

/** The server has sent its challenge; the proof is asked for. */
export interface ScramChallenged {
  readonly state: 'challenged';
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** What the client's and the server's signatures are of. */
  readonly authMessage: string;
  readonly messageWithoutProof: string;
}

/** The proof has been given; the server's own is awaited. */
export interface ScramAnswered {
  readonly state: 'answered';
  /** The data of the SASLResponse. */
  readonly message: string;
  readonly serverSignature: Uint8Array;
}

/** Both sides have proved that they know the password. */
export interface ScramFinished {
  readonly state: 'finished';
}

/** Where a SCRAM exchange stands. */
export type ScramState = ScramStarted | ScramChallenged | ScramAnswered | ScramFinished;

/** What is computed for a challenge: 32 bytes each. */
export interface ScramProof {
  /** ClientKey XOR HMAC(StoredKey, authMessage). */
  readonly clientProof: Uint8Array;
  /** HMAC(ServerKey, authMessage), which the server must send in return. */
  readonly serverSignature: Uint8Array;
}

/** What a hostile server may not exceed. */
export interface ScramLimits {
  /** PBKDF2 rounds; 100,000 unless given. */
  readonly maxIterations?: number;
}

const defaultMaxIterations = 100_000;
const maxSaltByteLength = 1024;
const hashByteLength = 32;

/**
 * Begins an exchange.
 *
 * @param nonce random bytes, fresh for every exchange; 18 are what libpq takes.
 * @throws LocalProtocolError for a nonce shorter than 18 bytes or an empty certificate hash.
 * @example
 * ```ts
 * const started = startScram(crypto.getRandomValues(new Uint8Array(18)), { kind: 'unsupported' });
 * started.message; // n,,n=,r=…
 * ```
 */
export function startScram(nonce: Uint8Array, binding: ScramChannelBinding): ScramStarted {
  if (nonce.byteLength < 18) refuseLocally('a SCRAM nonce is made of at least 18 random bytes');
  return startScramWithNonce(encodeBase64(nonce), binding);
}

/**
 * Begins an exchange with a nonce that is text already, as published test vectors have it.
 *
 * @example
 * ```ts
 * startScramWithNonce('rOprNGfwEbeRWgbNEkqO', { kind: 'unsupported' }, 'user').message; // 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO'
 * ```
 */
export function startScramWithNonce(clientNonce: string, binding: ScramChannelBinding, user = ''): ScramStarted {
  if (!isNonce(clientNonce)) refuseLocally('a SCRAM nonce is printable ASCII without a comma');
  requireWellFormed(user);
  const header = gs2Header(binding);
  return {
    state: 'started',
    message: `${header}n=${user},r=${clientNonce}`,
    clientNonce,
    bindingInput: bindingInput(header, binding),
  };
}

function gs2Header(binding: ScramChannelBinding): string {
  switch (binding.kind) {
    case 'unsupported':
      return 'n,,';
    case 'unused':
      return 'y,,';
    case 'tls-server-end-point':
      return 'p=tls-server-end-point,,';
  }
}

function bindingInput(header: string, binding: ScramChannelBinding): Uint8Array {
  const data = binding.kind === 'tls-server-end-point' ? binding.certificateHash : new Uint8Array(0);
  if (binding.kind === 'tls-server-end-point' && data.byteLength === 0) {
    refuseLocally('channel binding needs the hash of the certificate');
  }
  const input = new Uint8Array(header.length + data.byteLength);
  for (let at = 0; at < header.length; at += 1) input[at] = header.charCodeAt(at);
  input.set(data, header.length);
  return input;
}

/**
 * Takes the data of AuthenticationSASLContinue.
 *
 * @throws RemoteProtocolError (`scram`), with libpq's words, for a malformed message, a nonce that does not extend ours,
 * or more iterations than allowed.
 * @example
 * ```ts
 * const challenged = receiveServerFirst(started, request.data);
 * const proof = await computeProof(password, challenged);
 * ```
 */
export function receiveServerFirst(started: ScramStarted, data: Uint8Array, limits: ScramLimits = {}): ScramChallenged {
  const serverFirst = readAscii(data);
  const [nonce, afterNonce] = readAttribute(serverFirst, 'r');
  // A server that adds nothing of its own has not shown that it is there.
  if (!nonce.startsWith(started.clientNonce) || nonce.length === started.clientNonce.length || !isNonce(nonce)) {
    refuse('invalid SCRAM response (nonce mismatch)');
  }
  const [saltText, afterSalt] = readAttribute(afterNonce.slice(1), 's');
  const salt = decodeBase64(saltText);
  if (salt === undefined || salt.byteLength === 0 || salt.byteLength > maxSaltByteLength) {
    refuse('malformed SCRAM message (invalid salt)');
  }
  const [count, rest] = readAttribute(afterSalt.slice(1), 'i');
  const iterations = readIterations(count, limits.maxIterations ?? defaultMaxIterations);
  requireExtensions(rest, 'server-first-message');
  const clientFirstBare = started.message.slice(started.message.indexOf('n=', 2));
  const messageWithoutProof = `c=${encodeBase64(started.bindingInput)},r=${nonce}`;
  return {
    state: 'challenged',
    salt,
    iterations,
    authMessage: `${clientFirstBare},${serverFirst},${messageWithoutProof}`,
    messageWithoutProof,
  };
}

function readIterations(text: string, maxIterations: number): number {
  if (!/^[1-9][0-9]{0,9}$/.test(text)) refuse('malformed SCRAM message (invalid iteration count)');
  const iterations = Number(text);
  if (iterations > maxIterations) {
    refuse(`SCRAM iteration count ${iterations} is above the limit of ${maxIterations}`);
  }
  return iterations;
}

/**
 * Answers the challenge with a proof that the caller has computed.
 *
 * @throws LocalProtocolError when the proof or the signature is not 32 bytes long.
 * @example
 * ```ts
 * const answered = answerChallenge(challenged, { clientProof, serverSignature });
 * encodeSASLResponse(writer, { data: new TextEncoder().encode(answered.message) });
 * ```
 */
export function answerChallenge(challenged: ScramChallenged, proof: ScramProof): ScramAnswered {
  const { clientProof, serverSignature } = proof;
  if (clientProof.byteLength !== hashByteLength || serverSignature.byteLength !== hashByteLength) {
    refuseLocally('a SCRAM proof and signature have 32 bytes');
  }
  const message = `${challenged.messageWithoutProof},p=${encodeBase64(clientProof)}`;
  return { state: 'answered', message, serverSignature };
}

/**
 * Takes the data of AuthenticationSASLFinal; when it returns, the server has proved that it knows the password.
 *
 * @throws RemoteProtocolError (`scram`), with libpq's words.
 * @example
 * ```ts
 * receiveServerFinal(answered, request.data).state; // 'finished'
 * ```
 */
export function receiveServerFinal(answered: ScramAnswered, data: Uint8Array): ScramFinished {
  const serverFinal = readAscii(data);
  if (serverFinal.startsWith('e=')) {
    refuse(`error received from server in SCRAM exchange: ${readAttribute(serverFinal, 'e')[0]}`);
  }
  const [signatureText, rest] = readAttribute(serverFinal, 'v');
  const signature = decodeBase64(signatureText);
  if (signature === undefined || signature.byteLength !== hashByteLength) {
    refuse('malformed SCRAM message (invalid server signature)');
  }
  requireExtensions(rest, 'server-final-message');
  if (!equalInConstantTime(signature, answered.serverSignature)) refuse('incorrect server signature');
  return { state: 'finished' };
}

/** A SCRAM message as text; whatever lies beyond ASCII cannot match anything that is asked of it. */
function readAscii(data: Uint8Array): string {
  if (data.byteLength === 0) refuse('malformed SCRAM message (empty message)');
  if (data.includes(0)) refuse('malformed SCRAM message (length mismatch)');
  let text = '';
  for (const byte of data) text += String.fromCharCode(byte);
  return text;
}

/** The value of the attribute that must come next, and what follows its comma or, without one, is empty. */
function readAttribute(text: string, name: string): readonly [value: string, rest: string] {
  if (!text.startsWith(name)) refuse(`malformed SCRAM message (attribute "${name}" expected)`);
  if (text.charAt(1) !== '=') refuse(`malformed SCRAM message (expected character "=" for attribute "${name}")`);
  const comma = text.indexOf(',');
  return comma < 0 ? [text.slice(2), ''] : [text.slice(2, comma), text.slice(comma)];
}

function requireExtensions(rest: string, where: string): void {
  if (rest !== '' && !/^(?:,[A-Za-z]=[^,]+)+$/.test(rest)) {
    refuse(`malformed SCRAM message (garbage at end of ${where})`);
  }
}

function isNonce(text: string): boolean {
  return /^[!-+\--~]+$/.test(text);
}

function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.byteLength ^ right.byteLength;
  for (let at = 0; at < left.byteLength; at += 1) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
}

function refuse(message: string): never {
  throw new RemoteProtocolError('scram', message, 'Authentication');
}

function refuseLocally(message: string): never {
  throw new LocalProtocolError('value-out-of-range', message);
}
