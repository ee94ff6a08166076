import { describe, expect, test } from 'vitest';
import golden from '../test/golden/pqtrace.json' with { type: 'json' };
import type { RecordedTrace } from '../test/record-pqtrace.ts';
import { decodeBase64 } from './auth/base64.ts';
import { backendLimits, backendStartupLimits, decodeBackend, FrameReader } from './index.ts';
import { type AuthenticationAnswer, decodeFrontend, decodeStartupFamily, frontendLimits } from './server.ts';

const recorded = golden as unknown as readonly RecordedTrace[];

/** What the client answers to each request that asks for an answer. */
const answers: Readonly<Record<string, AuthenticationAnswer['type']>> = {
  AuthenticationCleartextPassword: 'PasswordMessage',
  AuthenticationMD5Password: 'PasswordMessage',
  AuthenticationSASL: 'SASLInitialResponse',
  AuthenticationSASLContinue: 'SASLResponse',
};

/** The types of all messages, in the order in which libpq and a real server sent them. */
function typesOf({ steps }: RecordedTrace): readonly string[] {
  const fromServer = new FrameReader(backendStartupLimits());
  const fromClient = new FrameReader(frontendLimits(), 'untyped');
  const types: string[] = [];
  for (const [sender, base64] of steps) {
    const bytes = decodeBase64(base64) ?? new Uint8Array(0);
    if (sender === 'F') {
      const authentication = answers[types.at(-1) ?? ''];
      for (const frame of fromClient.frames(bytes)) {
        const first = fromClient.framing === 'untyped';
        const message = first
          ? decodeStartupFamily(frame)
          : decodeFrontend(frame, authentication === undefined ? {} : { authentication });
        if (message.type === 'StartupMessage') fromClient.framing = 'typed';
        types.push(message.type);
      }
    } else if (types.at(-1) === 'SSLRequest') {
      types.push(`answer ${String.fromCharCode(...bytes)}`);
    } else {
      for (const frame of fromServer.frames(bytes)) {
        const { type } = decodeBackend(frame);
        if (type === 'AuthenticationOk') fromServer.limits = backendLimits();
        types.push(type);
      }
    }
  }
  return types;
}

describe('what libpq 18 and PostgreSQL 18 said to each other is understood to the last byte', () => {
  test.each(recorded.map((trace) => [`${trace.name} (${trace.detail})`, trace] as const))('%s', (_, trace) => {
    const types = typesOf(trace);
    // PQtrace writes a line a message, but for AuthenticationOk; what it adds about lengths is no message.
    const lines = trace.lines.filter((line) => /^[FB]\t/.test(line));
    expect(types.filter((type) => type !== 'AuthenticationOk').length).toBe(lines.length);
    expect(types.at(-1)).toBe(trace.name === 'authentication: reject' ? 'ErrorResponse' : 'Terminate');
  });
});
