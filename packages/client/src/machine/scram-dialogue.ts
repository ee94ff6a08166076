import type { ConninfoSettings } from '@pg-dblink/connstring';
import {
  answerChallenge,
  encodeSASLInitialResponse,
  encodeSASLResponse,
  receiveServerFinal,
  receiveServerFirst,
  type ScramAnswered,
  type ScramChannelBinding,
  type ScramFinished,
  type ScramStarted,
  startScram,
  Writer,
} from '@pg-dblink/protocol';
import { AuthenticationError } from '../errors.ts';
import type { TlsFacts } from '../transport.ts';
import { ask, type Dialogue } from './asks.ts';

/** The two mechanisms of SCRAM, as the server offers them. */
export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-256-PLUS';

/** A mechanism and how it is tied to the TLS channel. */
export interface MechanismChoice {
  readonly mechanism: ScramMechanism;
  readonly binding: ScramChannelBinding;
}

/** What SCRAM may use instead of a password. */
export interface ScramSecrets {
  readonly password: string | undefined;
  readonly clientKey: Uint8Array | undefined;
  readonly serverKey: Uint8Array | undefined;
}

/** A SCRAM exchange between two messages of the server. */
export type ScramExchange =
  | { readonly stage: ScramStarted; readonly choice: MechanismChoice; readonly secrets: ScramSecrets }
  | { readonly stage: ScramAnswered; readonly choice: MechanismChoice }
  | { readonly stage: ScramFinished; readonly choice: MechanismChoice };

/**
 * Chooses among the mechanisms that the server offers (pg_SASL_init of fe-auth.c), or says in libpq's words why none
 * will do.
 */
export function chooseMechanism(
  offered: readonly string[],
  { channelBinding }: Pick<ConninfoSettings, 'channelBinding'>,
  facts: TlsFacts | undefined,
): MechanismChoice {
  const offersPlus = offered.includes('SCRAM-SHA-256-PLUS');
  if (channelBinding === 'require' && facts === undefined) {
    throw new AuthenticationError('channel binding required, but SSL not in use');
  }
  if (offersPlus && facts === undefined) {
    throw new AuthenticationError('server offered SCRAM-SHA-256-PLUS authentication over a non-SSL connection');
  }
  if (offersPlus && channelBinding !== 'disable' && facts?.endPointBinding !== undefined) {
    const certificateHash = facts.endPointBinding;
    return { mechanism: 'SCRAM-SHA-256-PLUS', binding: { kind: 'tls-server-end-point', certificateHash } };
  }
  if (channelBinding === 'require') {
    throw new AuthenticationError(
      offersPlus
        ? 'could not determine server certificate signature algorithm'
        : 'channel binding is required, but server did not offer an authentication method that supports channel binding',
    );
  }
  if (!offered.includes('SCRAM-SHA-256')) {
    throw new AuthenticationError("none of the server's SASL authentication mechanisms are supported");
  }
  // "unused" tells a server that did offer PLUS that somebody took the offer away: say it only when it is true.
  const isUnused = facts !== undefined && channelBinding !== 'disable' && !offersPlus;
  return { mechanism: 'SCRAM-SHA-256', binding: { kind: isUnused ? 'unused' : 'unsupported' } };
}

/** Sends the client's first message. */
export function* beginScram(choice: MechanismChoice, secrets: ScramSecrets): Dialogue<ScramExchange> {
  const stage = startScram(yield* ask('nonce'), choice.binding);
  const writer = new Writer();
  encodeSASLInitialResponse(writer, { mechanism: choice.mechanism, data: asciiBytes(stage.message) });
  yield* ask('send', writer.take());
  return { stage, choice, secrets };
}

/** Answers the server's challenge with a proof. */
export function* continueScram(
  exchange: ScramExchange,
  data: Uint8Array,
  maxIterations: number,
): Dialogue<ScramExchange> {
  if (!('secrets' in exchange)) throw new AuthenticationError('invalid SCRAM exchange state');
  const challenge = receiveServerFirst(exchange.stage, data, { maxIterations });
  const stage = answerChallenge(challenge, yield* ask('scramProof', { challenge, ...exchange.secrets }));
  const writer = new Writer();
  encodeSASLResponse(writer, { data: asciiBytes(stage.message) });
  yield* ask('send', writer.take());
  return { stage, choice: exchange.choice };
}

/** Checks that the server knows the password, too. */
export function finishScram(exchange: ScramExchange, data: Uint8Array): ScramExchange {
  if (exchange.stage.state !== 'answered') throw new AuthenticationError('invalid SCRAM exchange state');
  return { stage: receiveServerFinal(exchange.stage, data), choice: exchange.choice };
}

/** All of SCRAM is ASCII. */
function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
