import { encodeSASLInitialResponse, encodeSASLResponse, Writer } from '@pg-dblink/protocol';
import { AuthenticationError } from '../errors.ts';
import type { OAuthRequest } from '../password.ts';
import { ask, type Dialogue } from './asks.ts';

/** The mechanism of RFC 7628, as PostgreSQL 18 has it. */
export const OAUTHBEARER = 'OAUTHBEARER';

/** Separates and ends the key/value pairs of the client's message. */
const KVSEP = '\x01';
/** No error document that a server means well with is larger. */
const MAX_DOCUMENT_BYTES = 8192;

/** Where an OAUTHBEARER exchange stands between two messages of the server. */
export type OAuthStage = 'token-sent' | 'token-refused';

/** Sends the token that the caller's callback gives, and never over a network in clear. */
export function* beginOAuth(request: OAuthRequest, isPrivate: boolean): Dialogue<OAuthStage> {
  if (!isPrivate) throw new AuthenticationError('OAuth tokens are not sent over an unencrypted connection');
  const token = yield* ask('oauthToken', request);
  if (token === undefined)
    throw new AuthenticationError('server requires OAuth authentication, but no token was given');
  // RFC 6750, section 2.1: nothing else may stand in a token, least of all our separator.
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) throw new AuthenticationError('the OAuth token is not a bearer token');
  const writer = new Writer();
  const message = `n,,${KVSEP}auth=Bearer ${token}${KVSEP}${KVSEP}`;
  encodeSASLInitialResponse(writer, { mechanism: OAUTHBEARER, data: asciiBytes(message) });
  yield* ask('send', writer.take());
  return 'token-sent';
}

/** The server refuses the token with a document: answer it as RFC 7628 asks, so that its ErrorResponse can follow. */
export function* receiveOAuthError(stage: OAuthStage, data: Uint8Array): Dialogue<OAuthStage> {
  if (stage !== 'token-sent') throw new AuthenticationError('server sent unexpected additional OAuth data');
  if (data.byteLength > MAX_DOCUMENT_BYTES) {
    throw new AuthenticationError("failed to parse server's error response: it is too long");
  }
  const writer = new Writer();
  encodeSASLResponse(writer, { data: asciiBytes(KVSEP) });
  yield* ask('send', writer.take());
  return 'token-refused';
}

function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
