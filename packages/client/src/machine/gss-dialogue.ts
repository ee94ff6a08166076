import { encodeGSSResponse, Writer } from '@pg-dblink/protocol';
import { AuthenticationError } from '../errors.ts';
import type { SecurityContextRequest, SecurityStep } from '../security-context.ts';
import { AttemptTimeout, ask, type Dialogue } from './asks.ts';

/** What a security context is for, but for the method, which is the server's choice. */
export type SecurityTarget = Pick<SecurityContextRequest, 'host' | 'service' | 'delegate' | 'library' | 'user'>;

/** Where a GSSAPI or SSPI exchange stands between two messages of the server. */
export interface GssExchange {
  readonly method: 'gss' | 'sspi';
  readonly state: SecurityStep['state'];
}

/** As libpq names the method in its messages. */
const TITLES = { gss: 'GSSAPI', sspi: 'SSPI' } as const;

/** Longer than any token that a server takes: it ends the session at 65,535 bytes. */
const MAX_TOKEN_BYTES = 65_000;

/**
 * AuthenticationGSS, AuthenticationSSPI: begins a security context and sends its first token (manual: "GSSAPI
 * Authentication"; pg_GSS_startup of fe-auth.c).
 *
 * @throws AuthenticationError in libpq's words, also when nobody can make such a context.
 */
export function* beginGss(method: GssExchange['method'], target: SecurityTarget | undefined): Dialogue<GssExchange> {
  if (target === undefined) throw new AuthenticationError(`${TITLES[method]} authentication not supported`);
  if (target.host === '') throw new AuthenticationError('host name must be specified');
  const principal = `${target.service}${method === 'gss' ? '@' : '/'}${target.host}`;
  return yield* take(method, () => ask('beginSecurity', { ...target, method, principal }));
}

/** AuthenticationGSSContinue: gives the server's token to the context, and sends what it answers. */
export function* continueGss({ method, state }: GssExchange, token: Uint8Array): Dialogue<GssExchange> {
  if (state === 'established')
    throw new AuthenticationError(`server sent unexpected additional ${TITLES[method]} data`);
  return yield* take(method, () => ask('continueSecurity', token));
}

/** AuthenticationOk: fails unless the context says that the server has proved itself. */
export function concludeGss({ method, state }: GssExchange): void {
  if (state === 'established') return;
  throw new AuthenticationError(`server accepted the session without completing ${TITLES[method]} authentication`);
}

function* take(method: GssExchange['method'], next: () => Dialogue<SecurityStep>): Dialogue<GssExchange> {
  let step: SecurityStep;
  try {
    step = yield* next();
  } catch (error) {
    if (error instanceof AttemptTimeout) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuthenticationError(`${TITLES[method]} continuation error: ${reason}`, { cause: error });
  }
  const { state, token } = step;
  if (token !== undefined && token.byteLength > MAX_TOKEN_BYTES) {
    throw new AuthenticationError(
      `${TITLES[method]} continuation error: a token of ${token.byteLength} bytes is too long`,
    );
  }
  if (state === 'continue' && token.byteLength === 0) {
    throw new AuthenticationError(`${TITLES[method]} continuation error: the context goes on and has no token`);
  }
  if (token !== undefined && token.byteLength > 0) {
    const writer = new Writer();
    encodeGSSResponse(writer, { data: token });
    yield* ask('send', writer.take());
  }
  return { method, state };
}
