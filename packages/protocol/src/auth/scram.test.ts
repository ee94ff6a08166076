import { describe, expect, test } from 'vitest';
import { isLocalProtocolError, isRemoteProtocolError } from '../errors.ts';
import { decodeBase64, encodeBase64 } from './base64.ts';
import {
  answerChallenge,
  receiveServerFinal,
  receiveServerFirst,
  type ScramChannelBinding,
  startScram,
  startScramWithNonce,
} from './scram.ts';

const nonce = 'rOprNGfwEbeRWgbNEkqO';
const serverNonce = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF`;
const serverFirst = challengeWith(serverNonce);

function challengeWith(combinedNonce: string): string {
  return `r=${combinedNonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
}
const certificateHash = Uint8Array.from({ length: 32 }, (_, index) => index);

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64(text);
  if (bytes === undefined) throw new Error(`not base64: ${text}`);
  return Uint8Array.from(bytes);
}

async function hmac(key: Uint8Array<ArrayBuffer>, data: string): Promise<Uint8Array<ArrayBuffer>> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, Uint8Array.from(ascii(data))));
}

/** The proof from the keys that the salt and password `pencil` give, both known from RFC 7677. */
async function prove(authMessage: string) {
  const clientKey = fromBase64('pg/JI9Z+hkSpLRa5btpe9GVrDHJcSEN0viVTVXaZbos=');
  const storedKey = fromBase64('WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=');
  const serverKey = fromBase64('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=');
  const signature = await hmac(storedKey, authMessage);
  const clientProof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
  return { clientProof, serverSignature: await hmac(serverKey, authMessage) };
}

const dialogues: readonly (readonly [
  name: string,
  binding: ScramChannelBinding,
  user: string,
  combinedNonce: string,
  clientFirst: string,
  channel: string,
  proof: string,
  signature: string,
])[] = [
  [
    'RFC 7677',
    { kind: 'unsupported' },
    'user',
    `${serverNonce}$k0`,
    `n,,n=user,r=${nonce}`,
    'biws',
    'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  ],
  [
    'without TLS',
    { kind: 'unsupported' },
    '',
    serverNonce,
    `n,,n=,r=${nonce}`,
    'biws',
    'r83GP156MVl1CNRJy34ZMKc6mFhW0fbfdtxQ0COmIAc=',
    '9qac/RAPwtgF7hQ1aLcbvK1g9hmylPPCAWiKRzQHu5o=',
  ],
  [
    'TLS without an offer of PLUS',
    { kind: 'unused' },
    '',
    serverNonce,
    `y,,n=,r=${nonce}`,
    'eSws',
    '09gaVBlS2f6cJv0eb3H11EwYYCmKU0Q8qngyFQzZvIc=',
    'yRxjKJNKTxGhzQikt/hX+FOGo6Y9/IVIapsw+MfjHhg=',
  ],
  [
    'PLUS',
    { kind: 'tls-server-end-point', certificateHash },
    '',
    serverNonce,
    `p=tls-server-end-point,,n=,r=${nonce}`,
    'cD10bHMtc2VydmVyLWVuZC1wb2ludCwsAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
    'fytaqa5MUnocWfdK4/5Jp+oydFhaeMCLh1csoA7Eobw=',
    '4AtNNHavzM6Zvb63+PrLIjGj8bApTdZ/6VxTBp77LqE=',
  ],
];

describe('published dialogues', () => {
  test.each(dialogues)('%s', async (_, binding, user, combinedNonce, clientFirst, channel, proof, signature) => {
    const started = startScramWithNonce(nonce, binding, user);
    expect(started.message).toBe(clientFirst);
    const challenged = receiveServerFirst(started, ascii(challengeWith(combinedNonce)));
    expect(challenged.iterations).toBe(4096);
    expect(encodeBase64(challenged.salt)).toBe('W22ZaJ0SNY7soEsUEjb6gQ==');
    const answered = answerChallenge(challenged, await prove(challenged.authMessage));
    expect(answered.message).toBe(`c=${channel},r=${combinedNonce},p=${proof}`);
    expect(receiveServerFinal(answered, ascii(`v=${signature}`))).toEqual({ state: 'finished' });
    expect(receiveServerFinal(answered, ascii(`v=${signature},x=more`)).state).toBe('finished');
  });
});

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isRemoteProtocolError(error)) return error.message;
    throw error;
  }
  return 'accepted';
}

const started = startScramWithNonce(nonce, { kind: 'unsupported' });
const salt = 's=W22ZaJ0SNY7soEsUEjb6gQ==';

test.each([
  ['', 'malformed SCRAM message (empty message)'],
  ['r=\0', 'malformed SCRAM message (length mismatch)'],
  ['x', 'malformed SCRAM message (attribute "r" expected)'],
  ['r', 'malformed SCRAM message (expected character "=" for attribute "r")'],
  [`m=ext,r=${nonce}x,${salt},i=1`, 'malformed SCRAM message (attribute "r" expected)'],
  [`r=${nonce}x`, 'malformed SCRAM message (attribute "s" expected)'],
  [`r=${nonce}x,i=1,${salt}`, 'malformed SCRAM message (attribute "s" expected)'],
  [`r=${nonce}x,${salt}`, 'malformed SCRAM message (attribute "i" expected)'],
  [`r=other,${salt},i=1`, 'invalid SCRAM response (nonce mismatch)'],
  [`r=${nonce},${salt},i=1`, 'invalid SCRAM response (nonce mismatch)'],
  [`r=${nonce.slice(1)},${salt},i=1`, 'invalid SCRAM response (nonce mismatch)'],
  [`r=${nonce}\u00e9,${salt},i=1`, 'invalid SCRAM response (nonce mismatch)'],
  [`r=${nonce} x,${salt},i=1`, 'invalid SCRAM response (nonce mismatch)'],
  [`r=${nonce}x,s=,i=1`, 'malformed SCRAM message (invalid salt)'],
  [`r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ,i=1`, 'malformed SCRAM message (invalid salt)'],
  [`r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gR==,i=1`, 'malformed SCRAM message (invalid salt)'],
  [`r=${nonce}x,s=${encodeBase64(new Uint8Array(1025))},i=1`, 'malformed SCRAM message (invalid salt)'],
  ...['', '0', '-1', '+4096', ' 4096', '04096', '4096x', '12345678901', '1e3'].map((count) => [
    `r=${nonce}x,${salt},i=${count}`,
    'malformed SCRAM message (invalid iteration count)',
  ]),
  [`r=${nonce}x,${salt},i=100001`, 'SCRAM iteration count 100001 is above the limit of 100000'],
  [`r=${nonce}x,${salt},i=4294967297`, 'SCRAM iteration count 4294967297 is above the limit of 100000'],
  [`r=${nonce}x,${salt},i=1,`, 'malformed SCRAM message (garbage at end of server-first-message)'],
  [`r=${nonce}x,${salt},i=1,garbage`, 'malformed SCRAM message (garbage at end of server-first-message)'],
  [`r=${nonce}x,${salt},i=1`, 'accepted'],
  [`r=${nonce}x,${salt},i=100000`, 'accepted'],
  [`r=${nonce}x,${salt},i=1,x=y`, 'accepted'],
])('server-first %j: %s', (message, expected) => {
  expect(refusal(() => receiveServerFirst(started, ascii(message ?? '')))).toBe(expected);
});

test('the limit of iterations is the caller\u2019s to choose', () => {
  const message = ascii(`r=${nonce}x,${salt},i=200000`);
  expect(receiveServerFirst(started, message, { maxIterations: 200_000 }).iterations).toBe(200_000);
});

test('extensions of the server-first message stay in what is signed', () => {
  const message = `r=${nonce}x,${salt},i=1,x=y`;
  const { authMessage } = receiveServerFirst(started, ascii(message));
  expect(authMessage).toBe(`n=,r=${nonce},${message},c=biws,r=${nonce}x`);
});

const signature = Uint8Array.from({ length: 32 }, (_, index) => 255 - index);
const right = encodeBase64(signature);
const answered = answerChallenge(receiveServerFirst(started, ascii(serverFirst)), {
  clientProof: signature,
  serverSignature: signature,
});

test.each([
  ['', 'malformed SCRAM message (empty message)'],
  ['e=other-error', 'error received from server in SCRAM exchange: other-error'],
  [`x=${right}`, 'malformed SCRAM message (attribute "v" expected)'],
  [`v${right}`, 'malformed SCRAM message (expected character "=" for attribute "v")'],
  ['v=', 'malformed SCRAM message (invalid server signature)'],
  [`v=${right.slice(0, -1)}`, 'malformed SCRAM message (invalid server signature)'],
  [`v=${encodeBase64(signature.subarray(1))}`, 'malformed SCRAM message (invalid server signature)'],
  [`v=${encodeBase64(Uint8Array.of(...signature, 0))}`, 'malformed SCRAM message (invalid server signature)'],
  [`v=${right},`, 'malformed SCRAM message (garbage at end of server-final-message)'],
  [`v=${right}\0`, 'malformed SCRAM message (length mismatch)'],
  [`v=${encodeBase64(signature.with(31, 0))}`, 'incorrect server signature'],
  [`v=${encodeBase64(signature.with(0, 0))}`, 'incorrect server signature'],
  [`v=${right}`, 'accepted'],
])('server-final %j: %s', (message, expected) => {
  expect(refusal(() => receiveServerFinal(answered, ascii(message)))).toBe(expected);
});

test('random bytes become a printable nonce', () => {
  const random = Uint8Array.from({ length: 18 }, (_, index) => index * 14);
  expect(startScram(random, { kind: 'unsupported' }).clientNonce).toMatch(/^[A-Za-z0-9+/]{24}$/);
});

test.each([
  ['too few random bytes', () => startScram(new Uint8Array(17), { kind: 'unsupported' })],
  ['a comma in the nonce', () => startScramWithNonce('a,b', { kind: 'unsupported' })],
  ['an empty nonce', () => startScramWithNonce('', { kind: 'unsupported' })],
  [
    'an empty binding',
    () => startScramWithNonce(nonce, { kind: 'tls-server-end-point', certificateHash: new Uint8Array(0) }),
  ],
  [
    'a short proof',
    () =>
      answerChallenge(receiveServerFirst(started, ascii(serverFirst)), {
        clientProof: new Uint8Array(31),
        serverSignature: signature,
      }),
  ],
])('%s is our own mistake', (_, run) => {
  expect(run).toThrow(expect.toSatisfy(isLocalProtocolError));
});
