import type { ScramChallenged, ScramProof } from '@pg-dblink/protocol';
import type { ScramProofRequest } from '../machine/asks.ts';
import { hmacSha256, sha256 } from './sha256.ts';

const KEY_BYTES = 32;

/** What the keys of one password, salt and iteration count are. */
interface ScramKeys {
  readonly clientKey: Uint8Array;
  /** The hash of the client's key. */
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/**
 * Remembers the keys of passwords that were derived before, so that the next connection does not pay for PBKDF2
 * again. Entries are found by a digest of password, salt and iterations; the keys stay in memory, as the password
 * in the connection string does.
 *
 * @example
 * ```ts
 * const scramKeys = new ScramKeyCache();
 * await connect(conninfo, { scramKeys });
 * // No PBKDF2 here.
 * await connect(conninfo, { scramKeys });
 * ```
 */
export class ScramKeyCache {
  readonly #entries = new Map<string, ScramKeys>();
  readonly #capacity: number;

  /** @param capacity - how many keys are kept; the one unused for the longest time goes first */
  constructor(capacity = 64) {
    this.#capacity = capacity;
  }

  /** @internal */
  find(name: string): ScramKeys | undefined {
    const keys = this.#entries.get(name);
    if (keys === undefined) return undefined;
    this.#entries.delete(name);
    this.#entries.set(name, keys);
    return keys;
  }

  /** @internal */
  keep(name: string, keys: ScramKeys): void {
    this.#entries.set(name, keys);
    if (this.#entries.size <= this.#capacity) return;
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}

/**
 * Computes both halves of a SCRAM-SHA-256 exchange (RFC 5802, section 3); PBKDF2 by WebCrypto, off the main thread.
 *
 * `scram_client_key` and `scram_server_key` take the place of what would be derived from the password.
 */
export async function computeScramProof(request: ScramProofRequest, cache?: ScramKeyCache): Promise<ScramProof> {
  const { challenge } = request;
  const { clientKey, serverKey, storedKey } = await scramKeys(request, cache);
  const message = utf8(challenge.authMessage);
  const clientProof = hmacSha256(storedKey, message);
  for (let index = 0; index < KEY_BYTES; index++)
    clientProof[index] = (clientProof[index] ?? 0) ^ (clientKey[index] ?? 0);
  return { clientProof, serverSignature: hmacSha256(serverKey, message) };
}

async function scramKeys(request: ScramProofRequest, cache: ScramKeyCache | undefined): Promise<ScramKeys> {
  const { challenge, clientKey, password, serverKey } = request;
  if (clientKey !== undefined && serverKey !== undefined) return keysOf(clientKey, serverKey);
  const derived = await derivedKeys(utf8(await prepared(password ?? '')), challenge, cache);
  if (clientKey === undefined && serverKey === undefined) return derived;
  return keysOf(clientKey ?? derived.clientKey, serverKey ?? derived.serverKey);
}

async function derivedKeys(
  password: Uint8Array<ArrayBuffer>,
  { iterations, salt }: ScramChallenged,
  cache: ScramKeyCache | undefined,
): Promise<ScramKeys> {
  const name = cache && `${iterations}:${hex(salt)}:${hex(sha256(password))}`;
  const known = name === undefined ? undefined : cache?.find(name);
  if (known !== undefined) return known;
  const material = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  const parameters = { name: 'PBKDF2', hash: 'SHA-256', salt: salt.slice(), iterations };
  const salted = new Uint8Array(await crypto.subtle.deriveBits(parameters, material, KEY_BYTES * 8));
  const keys = keysOf(hmacSha256(salted, utf8('Client Key')), hmacSha256(salted, utf8('Server Key')));
  if (name !== undefined) cache?.keep(name, keys);
  return keys;
}

function keysOf(clientKey: Uint8Array, serverKey: Uint8Array): ScramKeys {
  return { clientKey, serverKey, storedKey: sha256(clientKey) };
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte + 0x100).toString(16).slice(1);
  return text;
}

const BEYOND_ASCII = /[^\0-\x7f]/;

/** SASLprep leaves ASCII as it is; its tables are loaded for other passwords only. */
async function prepared(password: string): Promise<string> {
  if (!BEYOND_ASCII.test(password)) return password;
  const { saslprep } = await import('@pg-dblink/protocol/saslprep');
  return saslprep(password);
}
