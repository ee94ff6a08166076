import { backendLimits, FrameReader, isRemoteProtocolError } from '@pg-dblink/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, MESSAGES, say } from '../../test/backend-bytes.ts';
import { DISCARDING_SINK } from '../result-sink.ts';
import { Machine } from './machine.ts';
import type { Request } from './requests.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const REQUESTS: readonly Request[] = [
  { kind: 'simple', sql: 'select 1' },
  { kind: 'extended', sql: 'select $1', parameters: ['x'] },
  { kind: 'extended', sql: 'select $1', end: 'none' },
  { kind: 'describe', sql: 'select 1' },
  { kind: 'fetch', portal: '', maxRows: 5, end: 'flush' },
  { kind: 'close', target: 'portal', name: 'p' },
  { kind: 'sync' },
];

/** What a machine did with requests and the server's bytes: the outcomes in order, and whether it refused. */
function run(requests: readonly Request[], bytes: Uint8Array, chunkSizes: readonly number[]): readonly string[] {
  const heard: string[] = [];
  const machine = new Machine(
    new FrameReader(backendLimits()),
    {
      notice: () => undefined,
      notification: () => undefined,
      parameterStatus: () => undefined,
      fatal: () => undefined,
      answered: () => undefined,
    },
    'I',
  );
  for (const [index, request] of requests.entries()) {
    machine.submit(request, DISCARDING_SINK, { ended: ({ kind }) => heard.push(`${index} ${kind}`) });
  }
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = chunkSizes[turn % chunkSizes.length] ?? bytes.length;
      void machine.receive(bytes.slice(at, at + size));
      at += size;
    }
  } catch (error) {
    if (!isRemoteProtocolError(error)) throw error;
    heard.push('violation');
  }
  return heard;
}

const requests = fc.array(fc.constantFrom(...REQUESTS), { maxLength: 5 });
const chunkSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });

test('any messages in any order and any pieces: each request ends at most once, in order, and nothing else is thrown', () => {
  const letters = fc.string({ unit: fc.constantFrom(...Object.keys(MESSAGES)), maxLength: 30 });
  const property = fc.property(requests, letters, chunkSizes, (asked, message, sizes) => {
    const heard = run(asked, say(message), sizes);
    const ended = heard.filter((line) => line !== 'violation').map((line) => Number(line.split(' ')[0]));
    expect(ended).toEqual([...new Set(ended)].sort((a, b) => a - b));
    // Where the bytes are cut makes no difference.
    expect(heard).toEqual(run(asked, say(message), [1_000_000]));
  });
  fc.assert(property, { numRuns });
});

test('messages with a damaged byte are taken or refused, nothing else', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'12TDDCZSNAE'), minLength: 1, maxLength: 12 });
  const property = fc.property(
    requests,
    letters,
    fc.nat(),
    fc.integer({ min: 0, max: 255 }),
    (asked, message, at, byte) => {
      const bytes = joined([say(message)]);
      bytes[at % bytes.length] = byte;
      run(asked, bytes, [7]);
    },
  );
  fc.assert(property, { numRuns });
});
