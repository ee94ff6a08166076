import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { backendBytes } from './backend-bytes.ts';

/** What a test wants different from an honest server. */
export interface ScramServerOptions {
  readonly password: string;
  readonly mechanisms?: readonly string[];
  /** Rewrites the server's messages. */
  readonly first?: (message: string) => string;
  readonly final?: (message: string) => string;
  readonly iterations?: number;
}

/** The server's side of one SCRAM exchange, as pieces for a scripted connection: offer, challenge, final. */
export function scramServer(options: ScramServerOptions): readonly (Uint8Array | ((sent: Uint8Array) => Uint8Array))[] {
  const salt = Buffer.from('0123456789abcdef');
  const iterations = options.iterations ?? 4096;
  let clientFirstBare = '';
  let serverFirst = '';
  const honest = (text: string): string => text;
  return [
    backendBytes((writer) =>
      encodeAuthentication(writer, { type: 'AuthenticationSASL', mechanisms: options.mechanisms ?? ['SCRAM-SHA-256'] }),
    ),
    (sent) => {
      const text = Buffer.from(sent).toString('latin1');
      clientFirstBare = text.slice(text.indexOf('n=,r='));
      const nonce = `${clientFirstBare.slice(5)}server`;
      serverFirst = (options.first ?? honest)(`r=${nonce},s=${salt.toString('base64')},i=${iterations}`);
      return sasl('AuthenticationSASLContinue', serverFirst);
    },
    (sent) => {
      const text = Buffer.from(sent).subarray(5).toString('latin1');
      const authMessage = `${clientFirstBare},${serverFirst},${text.slice(0, text.lastIndexOf(',p='))}`;
      const salted = pbkdf2Sync(options.password, salt, iterations, 32, 'sha256');
      const clientKey = createHmac('sha256', salted).update('Client Key').digest();
      const storedKey = createHash('sha256').update(clientKey).digest();
      const signature = createHmac('sha256', storedKey).update(authMessage).digest();
      const proof = Buffer.from(text.slice(text.lastIndexOf(',p=') + 3), 'base64');
      const isRight = proof.every((byte, index) => (byte ^ (signature[index] ?? 0)) === clientKey[index]);
      const serverKey = createHmac('sha256', salted).update('Server Key').digest();
      const verifier = createHmac('sha256', serverKey).update(authMessage).digest('base64');
      return sasl('AuthenticationSASLFinal', (options.final ?? honest)(isRight ? `v=${verifier}` : 'e=invalid-proof'));
    },
  ];
}

export function sasl(type: 'AuthenticationSASLContinue' | 'AuthenticationSASLFinal', text: string): Uint8Array {
  return backendBytes((writer) => encodeAuthentication(writer, { type, data: Buffer.from(text, 'latin1') }));
}
