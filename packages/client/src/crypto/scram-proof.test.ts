import { receiveServerFirst, type ScramChallenged, startScramWithNonce } from '@pg-dblink/protocol';
import { describe, expect, test } from 'vitest';
import { computeScramProof, ScramKeyCache } from './scram-proof.ts';

const NONCE = 'rOprNGfwEbeRWgbNEkqO';
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

function challenge(user = '', serverFirst = SERVER_FIRST): ScramChallenged {
  const started = startScramWithNonce(NONCE, { kind: 'unsupported' }, user);
  return receiveServerFirst(started, new TextEncoder().encode(serverFirst));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

describe('computeScramProof', () => {
  test('RFC 7677, section 3', async () => {
    const request = {
      challenge: challenge('user', SERVER_FIRST.replace('NlF,', 'NlF$k0,')),
      password: 'pencil',
      clientKey: undefined,
      serverKey: undefined,
    };
    const proof = await computeScramProof(request);
    expect(base64(proof.clientProof)).toBe('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=');
    expect(base64(proof.serverSignature)).toBe('6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  test('the user name left empty, as PostgreSQL has it', async () => {
    const proof = await computeScramProof({
      challenge: challenge(),
      password: 'pencil',
      clientKey: undefined,
      serverKey: undefined,
    });
    expect(base64(proof.clientProof)).toBe('r83GP156MVl1CNRJy34ZMKc6mFhW0fbfdtxQ0COmIAc=');
    expect(base64(proof.serverSignature)).toBe('9qac/RAPwtgF7hQ1aLcbvK1g9hmylPPCAWiKRzQHu5o=');
  });

  test('ClientKey and ServerKey stand in for the password', async () => {
    const key = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const proof = await computeScramProof({
      challenge: challenge(),
      password: undefined,
      clientKey: key('pg/JI9Z+hkSpLRa5btpe9GVrDHJcSEN0viVTVXaZbos='),
      serverKey: key('wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='),
    });
    expect(base64(proof.clientProof)).toBe('r83GP156MVl1CNRJy34ZMKc6mFhW0fbfdtxQ0COmIAc=');
    expect(base64(proof.serverSignature)).toBe('9qac/RAPwtgF7hQ1aLcbvK1g9hmylPPCAWiKRzQHu5o=');
  });

  test('a cached key gives the same proof, and the wrong password none', async () => {
    const cache = new ScramKeyCache(1);
    const request = { challenge: challenge(), password: 'pencil', clientKey: undefined, serverKey: undefined };
    const first = await computeScramProof(request, cache);
    expect(await computeScramProof(request, cache)).toEqual(first);
    const other = await computeScramProof({ ...request, password: 'pencils' }, cache);
    expect(other.clientProof).not.toEqual(first.clientProof);
    expect(await computeScramProof(request, cache)).toEqual(first);
  });
});
