import { describe, expect, test } from 'vitest';
import golden from '../test/golden/pqtrace.json' with { type: 'json' };
import type { RecordedTrace } from '../test/record-pqtrace.ts';
import { decodeBase64 } from './auth/base64.ts';
import { encodePasswordMessage, encodeQuery, encodeStartupMessage, PROTOCOL_3_0, Writer } from './index.ts';
import { encodeAuthentication, encodeErrorOrNotice, encodeReadyForQuery } from './server.ts';
import { type TraceOptions, Tracer } from './trace.ts';

const recorded = golden as unknown as readonly RecordedTrace[];

function bytesOf(base64: string): Uint8Array {
  const bytes = decodeBase64(base64);
  if (bytes === undefined) throw new Error('the recording is damaged');
  return bytes;
}

/** libpq writes an AuthenticationOk nowhere, and a password even in its regress mode. */
function comparable(line: string): boolean {
  return !line.endsWith('\tAuthenticationOk') && !line.includes('\tPasswordMessage\t');
}

/** The lines of one direction, a line that PQtrace added counting to the one before it. */
function linesOf(direction: 'F' | 'B', lines: readonly string[]): readonly string[] {
  let current = '';
  return lines.filter((line) => {
    if (/^[FB]\t/.test(line)) current = line.charAt(0);
    return current === direction && comparable(line);
  });
}

function traced(options: Partial<TraceOptions>, feed: (tracer: Tracer) => void): readonly string[] {
  const lines: string[] = [];
  feed(new Tracer({ ...options, write: (line) => lines.push(line) }));
  return lines.flatMap((line) => line.split('\n'));
}

describe('as PQtrace of libpq 18 wrote it', () => {
  test.each(recorded.map((trace) => [`${trace.name} (${trace.detail})`, trace] as const))('%s', (_, trace) => {
    for (const size of [1, 7, 100_000]) {
      const lines = traced({ detail: trace.detail }, (tracer) => {
        for (const [sender, base64] of trace.steps) {
          const bytes = bytesOf(base64);
          for (let at = 0; at < bytes.byteLength; at += size) {
            const chunk = bytes.subarray(at, at + size);
            if (sender === 'F') tracer.frontend(chunk);
            else tracer.backend(chunk);
          }
        }
      });
      for (const direction of ['F', 'B'] as const) {
        expect(linesOf(direction, lines)).toEqual(linesOf(direction, trace.lines));
      }
    }
  });
});

/** The client's side of a log-in by password, up to the password. */
function logIn(tracer: Tracer): void {
  const client = new Writer();
  const server = new Writer();
  encodeStartupMessage(client, { protocolVersion: PROTOCOL_3_0, parameters: new Map([['user', 'alice']]) });
  tracer.frontend(client.take());
  encodeAuthentication(server, { type: 'AuthenticationCleartextPassword' });
  tracer.backend(server.take());
  encodePasswordMessage(client, { password: 'canary' });
  tracer.frontend(client.take());
}

test('a password is shown only to who asks for secrets', () => {
  expect(traced({}, logIn).at(-1)).toBe('F\t11\tPasswordMessage\t "SSSS"');
  expect(traced({ detail: 'regress' }, logIn).at(-1)).toBe('F\t11\tPasswordMessage\t "SSSS"');
  expect(traced({ detail: 'secrets' }, logIn).at(-1)).toBe('F\t11\tPasswordMessage\t "canary"');
});

test('no key, salt or proof of a recorded dialogue is in a safe trace', () => {
  for (const { name, steps, lines } of recorded.filter(({ detail }) => detail === 'secrets')) {
    const safe = traced({}, (tracer) => {
      for (const [sender, base64] of steps) {
        const bytes = bytesOf(base64);
        if (sender === 'F') tracer.frontend(bytes);
        else tracer.backend(bytes);
      }
    }).join('\n');
    const secrets = lines.flatMap((line) => [
      ...(/\tSASL(?:Initial)?Response\t.*'(.*)'$/.exec(line) ?? []).slice(1),
      ...(/\tAuthenticationSASL(?:Continue|Final)\t '(.*)'$/.exec(line) ?? []).slice(1),
      ...(/\tBackendKeyData\t -?\d+ (-?\d+)$/.exec(line) ?? []).slice(1),
    ]);
    if (!name.includes('reject')) expect(secrets.length).toBeGreaterThan(0);
    for (const secret of secrets) expect(safe).not.toContain(secret);
  }
});

test('a line may carry a timestamp', () => {
  const lines = traced({ timestamp: () => '2000-01-01 00:00:00.000000' }, logIn);
  expect(lines[0]).toBe('2000-01-01 00:00:00.000000\tF\t20\tStartupMessage\t 3 0 "user" "alice"');
});

test('what is no protocol ends the trace of its direction, and only of that', () => {
  const lines = traced({}, (tracer) => {
    logIn(tracer);
    tracer.frontend(new Uint8Array([0x51, 0, 0, 0, 3]));
    const client = new Writer();
    encodeQuery(client, { sql: 'select 1' });
    tracer.frontend(client.take());
    const server = new Writer();
    encodeReadyForQuery(server, { status: 'I' });
    tracer.backend(server.take());
  });
  expect(lines.slice(3)).toEqual(['F\t0\tnot traced any further: invalid message length', 'B\t5\tReadyForQuery\t I']);
});

test('a message that is cut short, unknown or over-long is shown as far as it goes', () => {
  const lines = traced({}, (tracer) => {
    tracer.backend(new Uint8Array([0x5a, 0, 0, 0, 4]));
    tracer.backend(new Uint8Array([0x44, 0, 0, 0, 10, 0, 1, 0, 0, 0, 9]));
    tracer.backend(new Uint8Array([0x07, 0, 0, 0, 5, 1]));
    tracer.backend(new Uint8Array([0x5a, 0, 0, 0, 6, 0x54, 0x54]));
  });
  expect(lines).toEqual([
    'B\t4\tReadyForQuery\t',
    'B\t10\tDataRow\t 1 9',
    'B\t5\tUnknown message: 07',
    'mismatched message length: consumed 4, expected 5',
    'B\t6\tReadyForQuery\t T',
    'mismatched message length: consumed 5, expected 6',
  ]);
});

test('the length of an error varies, so a regress trace leaves it out', () => {
  const fields = { severity: 'ERROR', message: 'no', sourceFile: 'x.c', sourceLine: '7', sourceFunction: 'f' };
  const lines = traced({ detail: 'regress' }, (tracer) => {
    const server = new Writer();
    encodeErrorOrNotice(server, { type: 'ErrorResponse', fields });
    tracer.backend(server.take());
  });
  expect(lines).toEqual(['B\tNN\tErrorResponse\t S "ERROR" M "no" F "SSSS" L "SSSS" R "SSSS" \\x00']);
});
