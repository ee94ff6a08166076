import {
  answerError,
  answerRows,
  describeText,
  type FakeServer,
  type FakeStep,
  send,
  sendBytes,
  startFake,
  welcome,
} from '@pg-dblink/testkit';

/*
 * Servers that are none, or that break the protocol. SQL reaches each by fake('name'), which is its port; every
 * connection to it plays the same script.
 */

const int32 = (value: number): Uint8Array =>
  new Uint8Array([value >> 24, value >> 16, value >> 8, value].map((b) => b & 255));
const int16 = (value: number): Uint8Array => new Uint8Array([(value >> 8) & 255, value & 255]);

/** A message with whatever body; its length is right. */
const message = (tag: string, ...parts: readonly (number | string | Uint8Array)[]): FakeStep => {
  const body = sendBytes(...parts);
  return sendBytes(tag, int32(lengthOf(body) + 4), body.do === 'send' ? body.bytes : '');
};
const lengthOf = (step: FakeStep): number => (step.do === 'send' ? step.bytes.length : 0);

const startup: FakeStep = { do: 'read startup' };
const hang: FakeStep = { do: 'hang' };
const asked: FakeStep = { do: 'read message', tag: 'Q' };
const describe = send(describeText);
const ready = message('Z', 'I');
const row = (text: string): FakeStep => message('D', int16(1), int32(text.length), text);
const authentication = (code: number, ...rest: readonly (number | string | Uint8Array)[]): readonly FakeStep[] => [
  startup,
  message('R', int32(code), ...rest),
  hang,
];
/** Lets anybody in, and answers the first query with these steps. */
const answering = (...steps: readonly FakeStep[]): readonly FakeStep[] => [...welcome(), asked, ...steps, hang];
/** Answers a query well, and goes on so for ever. */
const patient = (...steps: readonly FakeStep[]): readonly FakeStep[] => {
  const head = welcome();
  return [...head, asked, ...steps, { do: 'repeat', from: head.length }];
};

const scripts: Readonly<Record<string, readonly FakeStep[]>> = {
  // No PostgreSQL at all.
  http: [{ do: 'read packet' }, sendBytes('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'), { do: 'close' }],
  ssh: [sendBytes('SSH-2.0-OpenSSH_9.2\r\n'), hang],
  closes: [{ do: 'close' }],
  resets: [{ do: 'read packet' }, { do: 'reset' }],
  silent: [hang],
  zeros: [{ do: 'read packet' }, sendBytes(new Uint8Array(64)), hang],
  // At the start-up packet.
  'closes after startup': [startup, { do: 'close' }],
  'old error': [startup, sendBytes('Eno such luck\n\0'), { do: 'close' }],
  'error at once': [startup, answerError('53300', 'sorry, too many clients already', 'FATAL'), { do: 'close' }],
  'error without fields': [startup, message('E', 0), { do: 'close' }],
  'error in odd order': [startup, message('E', 'MOnly a message\0', 0), { do: 'close' }],
  'negotiates down': [startup, message('v', int32(0x30000), int32(0)), hang],
  'negotiates nonsense': [startup, message('v', int32(0x40000), int32(0)), hang],
  'huge authentication': [startup, sendBytes('R', int32(0x7fffffff)), hang],
  'tiny authentication': [startup, sendBytes('R', int32(3)), hang],
  'row first': [startup, row('x'), hang],
  // At authentication.
  kerberos: authentication(2),
  gss: authentication(7),
  sspi: authentication(9),
  'unknown method': authentication(99),
  'short md5': authentication(5, 1, 2),
  'no mechanism': authentication(10, 0),
  'unknown mechanism': authentication(10, 'X-SECRET\0', 0),
  'unterminated mechanisms': authentication(10, 'SCRAM-SHA-256'),
  'scram plus without tls': authentication(10, 'SCRAM-SHA-256-PLUS\0', 0),
  'scram final first': authentication(12, 'v=AAAA'),
  'scram nonsense': [
    startup,
    message('R', int32(10), 'SCRAM-SHA-256\0', 0),
    { do: 'read message', tag: 'p' },
    message('R', int32(11), 'nonsense'),
    hang,
  ],
  'scram other nonce': [
    startup,
    message('R', int32(10), 'SCRAM-SHA-256\0', 0),
    { do: 'read message', tag: 'p' },
    message('R', int32(11), 'r=other,s=c2FsdA==,i=4096'),
    hang,
  ],
  'scram no proof': [
    startup,
    message('R', int32(10), 'SCRAM-SHA-256\0', 0),
    { do: 'read message', tag: 'p' },
    message('R', int32(0)),
    message('Z', 'I'),
    hang,
  ],
  'asks twice': [startup, message('R', int32(3)), { do: 'read message', tag: 'p' }, message('R', int32(3)), hang],
  'closes after password': [startup, message('R', int32(3)), { do: 'read message', tag: 'p' }, { do: 'close' }],
  'dies before ready': [startup, message('R', int32(0)), { do: 'close' }],
  'fatal before ready': [
    startup,
    message('R', int32(0)),
    answerError('57P03', 'the database system is starting up', 'FATAL'),
    { do: 'close' },
  ],
  // At a query.
  'closes at query': answering({ do: 'close' }),
  'resets at query': answering({ do: 'reset' }),
  'closes in a row': answering(describe, row('one'), sendBytes('D', int32(40), int16(1)), { do: 'close' }),
  'closes after a row': answering(describe, row('one'), { do: 'close' }),
  'fatal after a row': answering(describe, row('one'), answerError('57P01', 'going down', 'FATAL'), { do: 'close' }),
  'error after a row': patient(describe, row('one'), answerError('22012', 'half way'), ready),
  'unknown message': answering(sendBytes('?', int32(4)), ready),
  'tiny row': answering(describe, sendBytes('D', int32(3)), ready),
  'huge row': answering(describe, sendBytes('D', int32(0x7fffffff))),
  'huge notice': answering(sendBytes('N', int32(0x7fffffff))),
  'row without description': answering(row('x'), message('C', 'SELECT 1\0'), ready),
  'row of two': answering(
    describe,
    message('D', int16(2), int32(1), 'a', int32(1), 'b'),
    message('C', 'SELECT 1\0'),
    ready,
  ),
  'row too short': answering(describe, message('D', int16(1), int32(10), 'abc'), message('C', 'SELECT 1\0'), ready),
  'row too long': answering(describe, message('D', int16(1), int32(1), 'abc'), message('C', 'SELECT 1\0'), ready),
  'row of negative length': answering(describe, message('D', int16(1), int32(-2)), message('C', 'SELECT 1\0'), ready),
  'description too short': answering(message('T', int16(1), 'a\0'), ready),
  'description of minus one': answering(message('T', int16(-1)), ready),
  'tag without end': answering(message('C', 'SELECT'), ready),
  'empty tag': patient(message('C', '\0'), ready),
  'strange tag': patient(message('C', 'FROBNICATE 7 \u00e9\0'), ready),
  'strange status': patient(describe, row('1'), message('C', 'SELECT 1\0'), message('Z', '?')),
  'no rows after description': patient(describe, message('C', 'SELECT 0\0'), ready),
  'description and nothing': patient(describe, ready),
  'nothing at all': patient(ready),
  'empty query': patient(message('I'), ready),
  'two descriptions': patient(describe, row('1'), describe, row('2'), message('C', 'SELECT 1\0'), ready),
  'row after error': patient(answerError('22012', 'no'), row('1'), ready),
  'two errors': patient(answerError('22012', 'first'), answerError('22003', 'second'), ready),
  'error without state': patient(message('E', 'SERROR\0Mno state\0', 0), ready),
  'error with unknown field': patient(message('E', 'SERROR\0C22012\0Mm\0!x\0DD\0', 0), ready),
  'error with no end': answering(message('E', 'SERROR\0C22012\0Mm'), ready),
  'error in latin1': patient(message('E', 'SERROR\0C22012\0M', new Uint8Array([0x68, 0xe9, 0]), 0), ready),
  'row in latin1': patient(
    describe,
    message('D', int16(1), int32(2), new Uint8Array([0x68, 0xe9])),
    message('C', 'SELECT 1\0'),
    ready,
  ),
  'changes encoding': patient(
    message('S', 'client_encoding\0LATIN1\0'),
    describe,
    row('1'),
    message('C', 'SELECT 1\0'),
    ready,
  ),
  'many notices': patient(
    ...Array.from({ length: 50 }, () => message('N', 'SNOTICE\0C00000\0Mn\0', 0)),
    describe,
    row('1'),
    message('C', 'SELECT 1\0'),
    ready,
  ),
  notifies: patient(message('A', int32(7), 'ch\0pay\0'), describe, row('1'), message('C', 'SELECT 1\0'), ready),
  'copy in': patient(
    message('G', 0, int16(0)),
    { do: 'read message', tag: 'f' },
    answerError('57014', 'COPY from stdin failed'),
    ready,
  ),
  'copy both': answering(message('W', 0, int16(0))),
  'parse complete': patient(message('1'), describe, row('1'), message('C', 'SELECT 1\0'), ready),
  'backend key again': patient(message('K', int32(5), int32(6)), describe, row('1'), message('C', 'SELECT 1\0'), ready),
  good: patient(answerRows(['one', null])),
};

/** The servers, running in this process. */
export interface HostileServers {
  /** A SQL function body: the port of the server with the name $1. */
  readonly portSql: string;
  stop(): Promise<void>;
}

/** Starts all of them. */
export async function startHostileServers(): Promise<HostileServers> {
  const started = new Map<string, FakeServer>();
  for (const [name, steps] of Object.entries(scripts)) started.set(name, await startFake({ connections: [steps] }));
  const cases = [...started].map(([name, { port }]) => `when '${name}' then '${port}'`);
  return {
    portSql: `case $1 ${cases.join(' ')} end`,
    stop: async () => {
      for (const fake of started.values()) await fake.stop();
    },
  };
}
