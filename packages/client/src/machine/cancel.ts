import { encodeCancelRequest, Writer } from '@pg-dblink/protocol';
import { CancelError } from '../errors.ts';
import { OsError } from '../transport.ts';
import { AttemptTimeout, ask, type Dialogue } from './asks.ts';
import { encrypt } from './encryption.ts';
import type { Session } from './session.ts';

/**
 * Asks the server to stop what a session runs, over a stream of its own to the same address with the same encryption
 * (manual: "Canceling Requests in Progress"). Done when the server has closed that stream: the signal is sent by then.
 *
 * @throws CancelError in libpq's words.
 */
export function* cancelDialogue(session: Session, timeoutMs: number): Dialogue<void> {
  const { backendKey, encryption, peer } = session;
  if (backendKey === undefined) throw new CancelError('no cancellation key received');
  try {
    yield* ask('deadline', timeoutMs);
    yield* ask('admit', peer);
    yield* ask('open', peer, { keepalive: undefined });
    if (encryption !== undefined) yield* encrypt(encryption.request, encryption.negotiation, false);
    const writer = new Writer();
    encodeCancelRequest(writer, { processId: backendKey.processId, secretKey: backendKey.key });
    yield* ask('send', writer.take());
    yield* awaitEnd();
  } catch (error) {
    if (error instanceof CancelError) throw error;
    const cause = error instanceof Error ? error : new Error(String(error));
    const text =
      cause instanceof AttemptTimeout ? 'cancel request timed out' : `${session.where} failed: ${cause.message}`;
    throw new CancelError(text, { cause });
  } finally {
    yield* ask('drop');
  }
}

function* awaitEnd(): Dialogue<void> {
  try {
    const reply = yield* ask('receiveReply');
    if (reply.byteLength > 0) throw new CancelError('unexpected response from server');
  } catch (error) {
    if (!(error instanceof OsError) || error.errno !== 'ECONNRESET') throw error;
  }
}
