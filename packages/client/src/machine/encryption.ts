import { decodeSSLAnswer, encodeSSLRequest, Writer } from '@pg-dblink/protocol';
import { ALPN_PROTOCOL, type TlsRequest } from '../tls-request.ts';
import { TlsError } from '../transport.ts';
import { ask, ConnectionClosed, type Dialogue } from './asks.ts';
import type { Encryption } from './session.ts';

/** Encryption was refused or answered wrongly: nothing that another attempt would mend. */
export class EncryptionRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EncryptionRefused';
  }
}

/**
 * Puts TLS on an open stream: asked for by SSLRequest, or at once when `sslnegotiation=direct` (manual: "SSL Session
 * Encryption"). Undefined when the server has no TLS and the caller can do without.
 */
export function* encrypt(
  request: TlsRequest,
  negotiation: 'postgres' | 'direct',
  plainAllowed: boolean,
): Dialogue<Encryption | undefined> {
  if (negotiation === 'postgres' && !(yield* serverHasTls(plainAllowed))) return undefined;
  const facts = yield* ask('upgradeTls', request);
  checkAlpn(facts.alpnProtocol, negotiation);
  return { negotiation, request, facts };
}

function* serverHasTls(plainAllowed: boolean): Dialogue<boolean> {
  const writer = new Writer();
  encodeSSLRequest(writer);
  yield* ask('send', writer.take());
  // A chunk of more than the one byte is refused: somebody put plain bytes before the encrypted ones.
  switch (decodeSSLAnswer(yield* ask('receiveReply'))) {
    case undefined:
      throw new ConnectionClosed();
    case 'accepted':
      return true;
    case 'refused':
      if (plainAllowed) return false;
      throw new EncryptionRefused('server does not support SSL, but SSL was required');
    case 'error':
      // The text behind the E comes from nobody in particular: it is not shown.
      throw new EncryptionRefused('server sent an error response during SSL exchange');
  }
}

/** A server that speaks another protocol over the same TLS port must not be talked to. */
function checkAlpn(chosen: string | undefined, negotiation: 'postgres' | 'direct'): void {
  if (chosen === ALPN_PROTOCOL) return;
  if (negotiation === 'direct') {
    throw new TlsError('direct SSL connection was established without ALPN protocol negotiation extension');
  }
  if (chosen !== undefined) throw new TlsError('SSL connection was established with unexpected ALPN protocol');
}
