import { type FakeStep, startFake, welcome } from '@pg-dblink/testkit';
import { describe, expect, test } from 'vitest';
import { type Connection, isConnectionLostError, isServerError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { joined, MESSAGES, say } from './backend-bytes.ts';
import { countCases } from './proof-cases.ts';

// Every message of the protocol behind every part of an answer, and then the end. The caller gets a result or a typed
// error, the connection can be closed, and nothing is thrown anywhere else.

const OTHERS: Readonly<Record<string, Uint8Array>> = {
  V: Uint8Array.of(0x56, 0, 0, 0, 8, 255, 255, 255, 255),
  K: Uint8Array.of(0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1),
  R: Uint8Array.of(0x52, 0, 0, 0, 8, 0, 0, 0, 3),
  v: Uint8Array.of(0x76, 0, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 0),
  'an unknown tag': Uint8Array.of(0x3f, 0, 0, 0, 4),
  'a zero byte': Uint8Array.of(0, 0, 0, 0, 4),
  'D of a negative length': Uint8Array.of(0x44, 255, 255, 255, 255),
  'D of 2 GiB': Uint8Array.of(0x44, 127, 255, 255, 255),
  'D with a field of −2 bytes': Uint8Array.of(0x44, 0, 0, 0, 10, 0, 1, 255, 255, 255, 254),
  'D with 65,535 fields': Uint8Array.of(0x44, 0, 0, 0, 6, 255, 255),
  'D with two fields': Uint8Array.of(0x44, 0, 0, 0, 14, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255),
  'D with a tail': Uint8Array.of(0x44, 0, 0, 0, 11, 0, 1, 255, 255, 255, 255, 0),
  'T with 65,535 columns': Uint8Array.of(0x54, 0, 0, 0, 6, 255, 255),
  'C without its zero byte': Uint8Array.of(0x43, 0, 0, 0, 5, 65),
  'Z of an unknown status': Uint8Array.of(0x5a, 0, 0, 0, 5, 88),
  'Z of five bytes': Uint8Array.of(0x5a, 0, 0, 0, 9, 73, 0, 0, 0, 0),
  'G with a lie': Uint8Array.of(0x47, 0, 0, 0, 7, 0, 255, 255),
};
const ALL: readonly (readonly [string, Uint8Array])[] = [...Object.entries(MESSAGES), ...Object.entries(OTHERS)];
/** Rows whose fields lie: noticed by whoever reads the row, and that is when its answer is whole. */
const LATE = ['D with a field of −2 bytes', 'D with a tail'];

/** A message that may come is followed by the end of the stream; one that may not is an end of its own. */
type Ended = 'result' | 'violation' | 'closed' | 'server error';

async function ask(
  answer: Uint8Array,
  work: (connection: Connection) => Promise<unknown>,
): Promise<{ readonly first: Ended; readonly second: Ended }> {
  const steps: readonly FakeStep[] = [
    ...welcome(),
    { do: 'read message' },
    { do: 'send', bytes: answer },
    { do: 'close' },
  ];
  await using fake = await startFake({ connections: [steps] });
  const conninfo = `host=127.0.0.1 port=${fake.port} user=u sslmode=disable`;
  const connection = await connect(conninfo);
  try {
    const first = await endOf(work(connection));
    return { first, second: await endOf(connection.query('select 2')) };
  } finally {
    await connection.close();
  }
}

async function endOf(work: Promise<unknown>): Promise<Ended> {
  try {
    await work;
    return 'result';
  } catch (error) {
    if (isConnectionLostError(error)) {
      return error.message.includes('server closed the connection unexpectedly') ? 'closed' : 'violation';
    }
    if (isServerError(error)) return 'server error';
    throw error;
  }
}

/** Which messages may come at this point, so that the client waits on or is answered; all others end the connection. */
const WAYS: readonly (readonly [string, string, (connection: Connection) => Promise<unknown>, string])[] = [
  ['a simple query', '', (connection) => connection.query('select 1'), 'ACEGHINSTW'],
  ['a simple query', 'T', (connection) => connection.query('select 1'), 'ACDENS'],
  ['a simple query', 'TD', (connection) => connection.query('select 1'), 'ACDENS'],
  ['a simple query', 'TDC', (connection) => connection.query('select 1'), 'ACEGHINSTWZ'],
  ['a simple query', 'E', (connection) => connection.query('select 1'), 'AENSZ'],
  ['a simple query', 'I', (connection) => connection.query(''), 'ACEGHINSTWZ'],
  ['an extended query', '', (connection) => connection.execute('select 1'), 'AENS1'],
  ['an extended query', '1', (connection) => connection.execute('select 1'), 'AENS2'],
  ['an extended query', '12', (connection) => connection.execute('select 1'), 'AENSTn'],
  ['an extended query', '12T', (connection) => connection.execute('select 1'), 'ACDEGHINSs'],
  ['an extended query', '12TD', (connection) => connection.execute('select 1'), 'ACDEGHINSs'],
  ['an extended query', '12TDC', (connection) => connection.execute('select 1'), 'AENSZ'],
  ['an extended query', '12n', (connection) => connection.execute('select 1'), 'ACEGHINSs'],
];

describe('every message behind every part of an answer', () => {
  for (const [name, before, work, legal] of WAYS) {
    test(`${name}, behind ${before === '' ? 'nothing' : before}`, async (context) => {
      const ends = await Promise.all(
        ALL.map(async ([tag, message]) => {
          const { first, second } = await ask(joined([say(before), message]), work);
          return { tag, first, second };
        }),
      );
      // Whoever waits hears of the end; everybody else has ended the connection before.
      const waited = ends.filter(({ first }) => first !== 'violation').map(({ tag }) => tag);
      const late = legal.includes('D') ? LATE : [];
      expect(waited.sort()).toEqual([...legal, ...late].sort());
      expect(ends.filter(({ second }) => second === 'result' || second === 'server error')).toEqual([]);
      await countCases(context, ends.length);
    });
  }
});

test('a row whose fields lie is a typed error of its query', async (context) => {
  for (const tag of LATE) {
    const row = OTHERS[tag] ?? new Uint8Array(0);
    const answer = joined([say('T'), row, say('CZ')]);
    let told: unknown;
    await ask(answer, async (connection) => {
      told = await connection.query('select 1').catch((error: unknown) => error);
    });
    expect(told).toMatchObject({ name: 'RemoteProtocolError' });
  }
  await countCases(context, LATE.length);
});
