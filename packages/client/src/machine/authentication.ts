import type { AuthMethod, ConninfoSettings } from '@pg-dblink/connstring';
import { type Authentication, encodePasswordMessage, hashMd5Password, Writer } from '@pg-dblink/protocol';
import { AuthenticationError } from '../errors.ts';
import type { OAuthRequest, PasswordAnswer, PasswordRequest, PasswordSource } from '../password.ts';
import type { TlsFacts } from '../transport.ts';
import { ask, type Dialogue } from './asks.ts';
import { beginGss, concludeGss, continueGss, type GssExchange, type SecurityTarget } from './gss-dialogue.ts';
import { beginOAuth, OAUTHBEARER, type OAuthStage, receiveOAuthError } from './oauth-dialogue.ts';
import { beginScram, chooseMechanism, continueScram, finishScram, type ScramExchange } from './scram-dialogue.ts';

/** What authentication needs to know about the attempt that it is part of. */
export interface AuthenticationContext {
  readonly settings: ConninfoSettings;
  /** `require_auth` as it was given, for messages. */
  readonly requireAuthText: string;
  readonly recipient: Omit<PasswordRequest, 'method'>;
  /** The host's own password, from the connection string or a file. */
  readonly given: PasswordAnswer | undefined;
  /** Undefined on a plain stream. */
  readonly facts: TlsFacts | undefined;
  /** Show the password neither in clear nor as MD5: an encrypted attempt with it has just failed. */
  readonly guardsPassword: boolean;
  readonly maxScramIterations: number;
  /** Undefined when nobody can be asked for a bearer token. */
  readonly oauth: OAuthRequest | undefined;
  /** Undefined when nobody can make a GSSAPI or SSPI security context. */
  readonly security: SecurityTarget | undefined;
}

/** How far authentication has come. */
export type AuthenticationState =
  | { readonly kind: 'nothing-asked' }
  | { readonly kind: 'password-sent'; readonly method: 'password' | 'md5'; readonly source: PasswordSource }
  | { readonly kind: 'scram'; readonly exchange: ScramExchange; readonly source: PasswordSource | undefined }
  | { readonly kind: 'oauth'; readonly stage: OAuthStage }
  | { readonly kind: 'gss'; readonly exchange: GssExchange }
  | { readonly kind: 'done'; readonly source: PasswordSource | undefined; readonly passwordUsed: boolean };

/** The state before the server's first word. */
export const NOTHING_ASKED: AuthenticationState = { kind: 'nothing-asked' };

/**
 * Answers one authentication request, after checking that we may (manual: "Start-up"; pg_fe_sendauth of fe-auth.c).
 * Stricter than libpq in two points: a second request for a password is refused, and so is AuthenticationOk before a
 * SCRAM exchange has proved that the server knows the password.
 *
 * @throws AuthenticationError in libpq's words.
 */
export function* answerAuthentication(
  context: AuthenticationContext,
  state: AuthenticationState,
  request: Authentication,
): Dialogue<AuthenticationState> {
  if (request.type === 'AuthenticationOk') checkCertificate(context);
  checkChannelBinding(context, state, request);
  switch (request.type) {
    case 'AuthenticationOk':
      return conclude(context, state);
    case 'AuthenticationCleartextPassword':
      demand(context, 'password', 'server requested a cleartext password');
      return yield* sendPassword(context, state, 'password', (password) => password);
    case 'AuthenticationMD5Password':
      demand(context, 'md5', 'server requested a hashed password');
      return yield* sendPassword(context, state, 'md5', (password) =>
        hashMd5Password(context.recipient.user, password, request.salt),
      );
    case 'AuthenticationSASL':
      return yield* beginSasl(context, state, request.mechanisms);
    case 'AuthenticationSASLContinue': {
      if (state.kind === 'oauth') return { kind: 'oauth', stage: yield* receiveOAuthError(state.stage, request.data) };
      const { exchange, source } = requireScram(state, 'AUTH_REQ_SASL_CONT');
      const next = yield* continueScram(exchange, request.data, context.maxScramIterations);
      return { kind: 'scram', exchange: next, source };
    }
    case 'AuthenticationSASLFinal': {
      if (state.kind === 'oauth') throw new AuthenticationError('server sent unexpected additional OAuth data');
      const { exchange, source } = requireScram(state, 'AUTH_REQ_SASL_FIN');
      return { kind: 'scram', exchange: finishScram(exchange, request.data), source };
    }
    case 'AuthenticationGSS':
      demand(context, 'gss', 'server requested GSSAPI authentication');
      return yield* beginSecurity(context, state, 'gss');
    case 'AuthenticationSSPI':
      demand(context, 'sspi', 'server requested SSPI authentication');
      return yield* beginSecurity(context, state, 'sspi');
    case 'AuthenticationGSSContinue':
      if (state.kind === 'gss') return { kind: 'gss', exchange: yield* continueGss(state.exchange, request.data) };
      if (context.security === undefined) throw new AuthenticationError('GSSAPI authentication not supported');
      throw unasked('AUTH_REQ_GSS_CONT', 'AUTH_REQ_GSS');
    case 'AuthenticationKerberosV4':
      throw new AuthenticationError('Kerberos 4 authentication not supported');
    case 'AuthenticationKerberosV5':
      throw new AuthenticationError('Kerberos 5 authentication not supported');
    case 'AuthenticationCryptPassword':
      throw new AuthenticationError('Crypt authentication not supported');
    case 'AuthenticationSCMCredential':
      throw new AuthenticationError('authentication method 6 not supported');
    case 'AuthenticationUnknown':
      throw new AuthenticationError(`authentication method ${request.code} not supported`);
  }
}

/** `sslcertmode=require`: the server must have asked for a client certificate and have been sent one. */
function checkCertificate({ facts, settings }: AuthenticationContext): void {
  if (settings.sslCertMode !== 'require') return;
  if (facts?.clientCertificate === undefined || facts.clientCertificate === 'unasked') {
    throw new AuthenticationError('server did not request an SSL certificate');
  }
  if (facts.clientCertificate === 'none') {
    throw new AuthenticationError('server accepted connection without a valid SSL certificate');
  }
}

/** `require_auth`: refuses a request for a method that is not on the list. */
function demand({ settings, requireAuthText }: AuthenticationContext, method: AuthMethod, event: string): void {
  if (settings.requireAuth === undefined || settings.requireAuth.has(method)) return;
  throw new AuthenticationError(`authentication method requirement "${requireAuthText}" failed: ${event}`);
}

/** `channel_binding=require`: nothing but SCRAM with channel binding will do. */
function checkChannelBinding(
  { settings }: AuthenticationContext,
  state: AuthenticationState,
  request: Authentication,
): void {
  if (settings.channelBinding !== 'require') return;
  switch (request.type) {
    case 'AuthenticationSASL':
    case 'AuthenticationSASLContinue':
    case 'AuthenticationSASLFinal':
      return;
    case 'AuthenticationOk':
      if (state.kind === 'scram' && isBoundAndFinished(state.exchange)) return;
      throw new AuthenticationError(
        'channel binding required, but server authenticated client without channel binding',
      );
    default:
      throw new AuthenticationError("channel binding required but not supported by server's authentication request");
  }
}

function isBoundAndFinished({ choice, stage }: ScramExchange): boolean {
  return choice.mechanism === 'SCRAM-SHA-256-PLUS' && stage.state === 'finished';
}

/** AuthenticationOk: is it the end of an exchange that we accept? */
function conclude(context: AuthenticationContext, state: AuthenticationState): AuthenticationState {
  switch (state.kind) {
    case 'nothing-asked':
      demand(context, 'none', 'server did not complete authentication');
      return { kind: 'done', source: undefined, passwordUsed: false };
    case 'password-sent':
      return { kind: 'done', source: state.source, passwordUsed: true };
    case 'scram':
      if (state.exchange.stage.state !== 'finished') {
        throw new AuthenticationError('server accepted the session without completing SCRAM authentication');
      }
      return { kind: 'done', source: state.source, passwordUsed: state.source !== undefined };
    case 'oauth':
      if (state.stage !== 'token-sent')
        throw new AuthenticationError('server accepted an OAuth token that it had refused');
      return { kind: 'done', source: undefined, passwordUsed: false };
    case 'gss':
      concludeGss(state.exchange);
      return { kind: 'done', source: undefined, passwordUsed: false };
    case 'done':
      return state;
  }
}

function* beginSecurity(
  context: AuthenticationContext,
  state: AuthenticationState,
  method: GssExchange['method'],
): Dialogue<AuthenticationState> {
  if (state.kind !== 'nothing-asked') {
    throw new AuthenticationError(`duplicate ${method === 'gss' ? 'GSS' : 'SSPI'} authentication request`);
  }
  return { kind: 'gss', exchange: yield* beginGss(method, context.security) };
}

function* sendPassword(
  context: AuthenticationContext,
  state: AuthenticationState,
  method: 'password' | 'md5',
  answer: (password: string) => string,
): Dialogue<AuthenticationState> {
  if (state.kind !== 'nothing-asked') throw new AuthenticationError('server requested a password more than once');
  if (context.guardsPassword) {
    throw new AuthenticationError('server requested a password over an unencrypted connection after TLS was refused');
  }
  const { password, source } = yield* requirePassword(context, method);
  const writer = new Writer();
  encodePasswordMessage(writer, { password: answer(password) });
  yield* ask('send', writer.take());
  return { kind: 'password-sent', method, source };
}

function* beginSasl(
  context: AuthenticationContext,
  state: AuthenticationState,
  mechanisms: readonly string[],
): Dialogue<AuthenticationState> {
  const { settings } = context;
  if (state.kind !== 'nothing-asked') throw new AuthenticationError('duplicate SASL authentication request');
  const allowed = settings.requireAuth;
  if (allowed !== undefined && !allowed.has('scram-sha-256') && !allowed.has('oauth')) {
    demand(context, 'scram-sha-256', 'server requested SASL authentication');
  }
  if (context.oauth !== undefined && prefersOAuth(mechanisms, context)) {
    demand(context, 'oauth', `server requested ${OAUTHBEARER} authentication`);
    // A socket of this machine has no port and needs no encryption.
    const isPrivate = context.facts !== undefined || context.recipient.port === 0;
    return { kind: 'oauth', stage: yield* beginOAuth(context.oauth, isPrivate) };
  }
  const choice = chooseMechanism(mechanisms, settings, context.facts);
  demand(context, 'scram-sha-256', `server requested ${choice.mechanism} authentication`);
  const { scramClientKey: clientKey, scramServerKey: serverKey } = settings;
  const found = clientKey === undefined ? yield* requirePassword(context, 'scram-sha-256') : undefined;
  if (clientKey !== undefined && serverKey === undefined) {
    throw new AuthenticationError('scram_client_key without scram_server_key: the server could not be verified');
  }
  const exchange = yield* beginScram(choice, { password: found?.password, clientKey, serverKey });
  return { kind: 'scram', exchange, source: found?.source };
}

/** The first of the mechanisms that we can do, in the server's order; channel binding beats them all. */
function prefersOAuth(mechanisms: readonly string[], { facts, settings }: AuthenticationContext): boolean {
  if (settings.channelBinding === 'require' || !mechanisms.includes(OAUTHBEARER)) return false;
  if (mechanisms.includes('SCRAM-SHA-256-PLUS') && (facts === undefined || settings.channelBinding !== 'disable')) {
    return false;
  }
  const scram = mechanisms.indexOf('SCRAM-SHA-256');
  return scram < 0 || mechanisms.indexOf(OAUTHBEARER) < scram;
}

function* requirePassword(
  { given, recipient }: AuthenticationContext,
  method: PasswordRequest['method'],
): Dialogue<PasswordAnswer> {
  const found = given ?? (yield* ask('password', { ...recipient, method }));
  if (found === undefined || found.password === '') throw new AuthenticationError('fe_sendauth: no password supplied');
  return found;
}

function requireScram(
  state: AuthenticationState,
  request: 'AUTH_REQ_SASL_CONT' | 'AUTH_REQ_SASL_FIN',
): Extract<AuthenticationState, { kind: 'scram' }> {
  if (state.kind === 'scram') return state;
  throw unasked(request, 'AUTH_REQ_SASL');
}

function unasked(request: string, first: string): AuthenticationError {
  const message = `fe_sendauth: invalid authentication request from server: ${request} without ${first}`;
  return new AuthenticationError(message);
}
