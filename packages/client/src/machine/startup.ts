import type { ResolvedConninfo, ResolvedHost } from '@pg-dblink/connstring';
import {
  BackendTag,
  decodeAuthentication,
  decodeBackendKeyData,
  decodeErrorResponse,
  decodeNoticeResponse,
  decodeNotificationResponse,
  decodeParameterStatus,
  decodeReadyForQuery,
  encodeStartupMessage,
  PROTOCOL_3_0,
  PROTOCOL_3_2,
  RemoteProtocolError,
  Writer,
} from '@pg-dblink/protocol';
import type { OAuthRequest, PasswordAnswer } from '../password.ts';
import { readMessageFields, ServerError } from '../server-error.ts';
import type { TlsRequest } from '../tls-request.ts';
import type { Peer } from '../transport.ts';
import { ask, type Dialogue, type StartupFrame } from './asks.ts';
import type { ConnectTarget } from './attempts.ts';
import {
  type AuthenticationContext,
  type AuthenticationState,
  answerAuthentication,
  NOTHING_ASKED,
} from './authentication.ts';
import { describePeer } from './connect-text.ts';
import { encrypt } from './encryption.ts';
import type { SecurityTarget } from './gss-dialogue.ts';
import type { BackendKey, Encryption, Session } from './session.ts';
import { negotiateVersion } from './version-negotiation.ts';

/** One attempt on an open stream. */
export interface StartupAttempt {
  readonly target: ConnectTarget;
  readonly host: ResolvedHost;
  readonly peer: Peer;
  /** What TLS must fulfil; undefined for a plain attempt. */
  readonly tls: TlsRequest | undefined;
  /** Whether a server without TLS will do, on the same stream. */
  readonly plainAllowed: boolean;
  readonly guardsPassword: boolean;
}

/** A session, or the server's ErrorResponse and how far it let us come. */
export type StartupResult =
  | { readonly kind: 'ready'; readonly session: Session }
  | {
      readonly kind: 'refused';
      readonly stage: 'authenticating' | 'authenticated';
      readonly encrypted: boolean;
      readonly error: ServerError;
    };

/** More messages than any server sends before AuthenticationOk. */
const MAX_AUTHENTICATION_MESSAGES = 64;
/** More parameters than any server reports; what comes on top is not stored. */
export const MAX_PARAMETERS = 1000;

/** From the first byte on an open stream to ReadyForQuery (manual: "Start-up"). */
export function* startup(attempt: StartupAttempt): Dialogue<StartupResult> {
  const { target, tls } = attempt;
  const { sslNegotiation } = target.resolved.settings;
  const encryption = tls && (yield* encrypt(tls, sslNegotiation, attempt.plainAllowed));
  yield* ask('send', startupMessage(target));
  const authenticated = yield* authenticate(attempt, encryption);
  if (authenticated.kind === 'refused') return authenticated;
  yield* ask('widenLimits');
  return yield* initialize(attempt, encryption, authenticated);
}

function startupMessage({ parameters, resolved }: ConnectTarget): Uint8Array {
  const writer = new Writer();
  encodeStartupMessage(writer, {
    protocolVersion: resolved.settings.maxProtocolVersion === '3.2' ? PROTOCOL_3_2 : PROTOCOL_3_0,
    parameters: new Map(parameters),
  });
  return writer.take();
}

interface Authenticated {
  readonly kind: 'authenticated';
  readonly state: Extract<AuthenticationState, { kind: 'done' }>;
  readonly protocolVersion: number;
}

type Refused = Extract<StartupResult, { kind: 'refused' }>;

function* authenticate(attempt: StartupAttempt, encryption: Encryption | undefined): Dialogue<Authenticated | Refused> {
  const context = authenticationContext(attempt, encryption);
  const { settings } = attempt.target.resolved;
  const requested = settings.maxProtocolVersion === '3.2' ? PROTOCOL_3_2 : PROTOCOL_3_0;
  let negotiated: number | undefined;
  let state: AuthenticationState = NOTHING_ASKED;
  for (let count = 0; count < MAX_AUTHENTICATION_MESSAGES; count++) {
    const frame = yield* ask('receive');
    switch (frame.tag) {
      case BackendTag.Authentication:
        state = yield* answerAuthentication(context, state, decodeAuthentication(frame));
        if (state.kind === 'done') {
          return { kind: 'authenticated', state, protocolVersion: negotiated ?? requested };
        }
        break;
      case BackendTag.NegotiateProtocolVersion:
        negotiated = negotiateVersion(frame, requested, negotiated, settings.minProtocolVersion);
        break;
      case BackendTag.ErrorResponse:
        return {
          kind: 'refused',
          stage: 'authenticating',
          encrypted: encryption !== undefined,
          error: serverError(frame),
        };
      default:
        // The reader's limits let through what is legal later: libpq has words of its own for it here.
        throw new RemoteProtocolError(
          'unexpected-message',
          `expected authentication request from server, but received ${String.fromCharCode(frame.tag)}`,
        );
    }
  }
  throw new RemoteProtocolError('unexpected-message', 'server sent too many messages before authentication was done');
}

function authenticationContext(
  { guardsPassword, host, peer, target }: StartupAttempt,
  encryption: Encryption | undefined,
): AuthenticationContext {
  const { hasOAuth = false, hasSecurityContext = false, maxScramIterations, resolved } = target;
  const port = peer.kind === 'tcp' ? peer.port : 0;
  return {
    settings: resolved.settings,
    requireAuthText: resolved.values.require_auth ?? '',
    recipient: { host: host.host, port, user: resolved.user, dbname: resolved.dbname },
    given: givenPassword(host),
    facts: encryption?.facts,
    guardsPassword,
    maxScramIterations,
    oauth: hasOAuth ? oauthRequest(resolved, host, port) : undefined,
    security: hasSecurityContext ? securityTarget(resolved, host) : undefined,
  };
}

function securityTarget({ user, values }: ResolvedConninfo, { host }: ResolvedHost): SecurityTarget {
  const delegate = values.gssdelegation?.startsWith('1') ?? false;
  return { host, service: values.krbsrvname ?? 'postgres', delegate, library: values.gsslib, user };
}

function oauthRequest({ user, values }: ResolvedConninfo, { host }: ResolvedHost, port: number): OAuthRequest {
  const { oauth_client_id: clientId, oauth_issuer: issuer, oauth_scope: scope } = values;
  return { host, port, user, issuer, clientId, scope };
}

const PASSWORD_SOURCES = {
  string: 'conninfo',
  'service file': 'service',
  environment: 'environment',
  passfile: 'passfile',
  default: 'conninfo',
} as const;

function givenPassword({ password, passwordOrigin }: ResolvedHost): PasswordAnswer | undefined {
  if (password === undefined || passwordOrigin === undefined) return undefined;
  return { password, source: PASSWORD_SOURCES[passwordOrigin.source] };
}

/** After AuthenticationOk: parameters, key and notices until the server is ready. */
function* initialize(
  { host, peer, target }: StartupAttempt,
  encryption: Encryption | undefined,
  { protocolVersion, state }: Authenticated,
): Dialogue<StartupResult> {
  const parameters = new Map<string, string>();
  let backendKey: BackendKey | undefined;
  for (;;) {
    for (const frame of yield* ask('receiveReport')) {
      switch (frame.tag) {
        case BackendTag.ParameterStatus: {
          const { name, value } = decodeParameterStatus(frame);
          if (parameters.size < MAX_PARAMETERS || parameters.has(name)) parameters.set(name, value);
          break;
        }
        case BackendTag.BackendKeyData: {
          const { processId, secretKey } = decodeBackendKeyData(frame, protocolVersion);
          backendKey = { processId, key: secretKey.slice() };
          break;
        }
        case BackendTag.NoticeResponse:
          yield* ask('notice', readMessageFields(decodeNoticeResponse(frame).fields));
          break;
        case BackendTag.NotificationResponse: {
          const { processId, channel, payload } = decodeNotificationResponse(frame);
          yield* ask('notification', { pid: processId, channel, payload });
          break;
        }
        case BackendTag.ErrorResponse:
          return {
            kind: 'refused',
            stage: 'authenticated',
            encrypted: encryption !== undefined,
            error: serverError(frame),
          };
        case BackendTag.ReadyForQuery:
          return {
            kind: 'ready',
            session: {
              peer,
              user: target.resolved.user,
              database: target.resolved.dbname,
              where: describePeer(peer, host),
              parameters,
              backendKey,
              protocolMinor: protocolVersion & 0xffff,
              transactionStatus: decodeReadyForQuery(frame).status,
              passwordUsed: state.passwordUsed,
              passwordSource: state.source,
              encryption,
            },
          };
        default:
          throw new RemoteProtocolError(
            'unexpected-message',
            `unexpected response from server; first received character was "${String.fromCharCode(frame.tag)}"`,
          );
      }
    }
  }
}

function serverError(frame: StartupFrame): ServerError {
  return new ServerError(readMessageFields(decodeErrorResponse(frame).fields));
}
