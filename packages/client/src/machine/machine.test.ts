import { backendLimits, FrameReader, isRemoteProtocolError } from '@pg-dblink/protocol';
import { describe, expect, test } from 'vitest';
import { fatal, joined, MESSAGES, ready, say } from '../../test/backend-bytes.ts';
import type { ResultSink } from '../result-sink.ts';
import type { ServerNotice, ServerNotification } from '../server-error.ts';
import type { Outcome } from './exchange.ts';
import { Machine } from './machine.ts';
import { FIRST_PHASE, type Phase, TRANSITIONS } from './phases.ts';
import type { Request } from './requests.ts';

interface Pair {
  readonly machine: Machine;
  /** What the sinks, the events and the outcomes said, in order. */
  readonly heard: string[];
  submit(request: Request, overrides?: Partial<ResultSink>): void;
  receive(bytes: Uint8Array): void;
  /** The tags of the messages that the machine has written since the last call. */
  sent(): string;
}

function pair(): Pair {
  const heard: string[] = [];
  const machine = new Machine(
    new FrameReader(backendLimits()),
    {
      notice: ({ message }: ServerNotice) => heard.push(`notice ${message}`),
      notification: ({ channel, payload }: ServerNotification) => heard.push(`notification ${channel} ${payload}`),
      parameterStatus: (name, value) => heard.push(`parameter ${name} ${value}`),
      fatal: ({ message }) => heard.push(`fatal ${message}`),
      answered: () => undefined,
    },
    'I',
  );
  const sink: ResultSink = {
    rowDescription: (fields) => void heard.push(`T${fields.length}`),
    dataRows: (_bytes, start, end, count) => void heard.push(`D${count} ${end - start}`),
    commandComplete: (tag) => heard.push(`C ${tag}`),
    emptyQueryResponse: () => heard.push('I'),
    portalSuspended: () => heard.push('s'),
    noData: () => heard.push('n'),
    parameterDescription: (oids) => heard.push(`t ${oids.join()}`),
    copyResponse: (direction) => void heard.push(`copy ${direction}`),
    copyData: (_bytes, start, end, count) => void heard.push(`d${count} ${end - start}`),
    copyDone: () => heard.push('c'),
    errorResponse: ({ message }) => heard.push(`E ${message}`),
    skipped: (cause) => heard.push(`skipped ${cause?.message}`),
  };
  return {
    machine,
    heard,
    submit(request, overrides = {}) {
      machine.submit(request, { ...sink, ...overrides }, { ended: (outcome: Outcome) => heard.push(outcome.kind) });
    },
    receive(bytes) {
      void machine.receive(bytes);
    },
    sent() {
      const tags: string[] = [];
      const bytes = joined([machine.output.take()]);
      const view = new DataView(bytes.buffer);
      for (let at = 0; at < bytes.length; at += 1 + view.getInt32(at + 1))
        tags.push(String.fromCharCode(bytes[at] ?? 0));
      return tags.join('');
    },
  };
}

const SIMPLE: Request = { kind: 'simple', sql: 'select 1' };
const EXTENDED: Request = { kind: 'extended', sql: 'select $1', parameters: ['x'] };

describe('what is legal when', () => {
  // How to bring a fresh machine into each phase, and the manual's answers to what may come then; N, S and A always may.
  const phases: Readonly<Record<Phase, { readonly reach: (p: Pair) => void; readonly legal: string }>> = {
    idle: { reach: () => undefined, legal: 'E' },
    'simple-start': { reach: (p) => p.submit(SIMPLE), legal: 'TCIGHWE' },
    simple: { reach: (p) => reach(p, SIMPLE, 'TC'), legal: 'TCIGHWEZ' },
    'simple-rows': { reach: (p) => reach(p, SIMPLE, 'T'), legal: 'DCE' },
    'simple-failed': { reach: (p) => reach(p, SIMPLE, 'E'), legal: 'EZ' },
    'simple-copy-in': { reach: (p) => reachCopy(p, SIMPLE, 'G'), legal: 'E' },
    'simple-copy-out': { reach: (p) => reach(p, SIMPLE, 'H'), legal: 'dcE' },
    'simple-copy-both': { reach: (p) => reachCopy(p, SIMPLE, 'W'), legal: 'dcE' },
    'simple-copy-ended': { reach: (p) => reach(p, SIMPLE, 'Hc'), legal: 'TCE' },
    parse: { reach: (p) => p.submit(EXTENDED), legal: '1E' },
    bind: { reach: (p) => reach(p, EXTENDED, '1'), legal: '2E' },
    'describe-statement': { reach: (p) => reach(p, { kind: 'describe', sql: '' }, '1'), legal: 'tE' },
    'describe-statement-rows': { reach: (p) => reach(p, { kind: 'describe', sql: '' }, '1t'), legal: 'TnE' },
    'describe-portal': { reach: (p) => reach(p, EXTENDED, '12'), legal: 'TnE' },
    execute: { reach: (p) => reach(p, EXTENDED, '12T'), legal: 'DCIsGHE' },
    'execute-copy-in': { reach: (p) => reachCopy(p, EXTENDED, '12nG'), legal: 'E' },
    'execute-copy-out': { reach: (p) => reach(p, EXTENDED, '12nH'), legal: 'dcE' },
    'execute-copy-ended': { reach: (p) => reach(p, EXTENDED, '12nHc'), legal: 'CE' },
    close: { reach: (p) => p.submit({ kind: 'close', target: 'portal', name: '' }), legal: '3E' },
    sync: { reach: (p) => p.submit({ kind: 'sync' }), legal: 'ZE' },
    aborted: { reach: (p) => reach(p, { ...EXTENDED, end: 'none' }, 'E'), legal: 'E' },
    closed: { reach: (p) => void p.machine.close(), legal: '' },
  };

  function reach(p: Pair, request: Request, letters: string): void {
    p.submit(request);
    p.receive(say(letters));
  }

  function reachCopy(p: Pair, request: Request, letters: string): void {
    p.submit(request, { copyResponse: () => 'handled' });
    p.receive(say(letters));
  }

  test('every phase of the table is looked at', () => {
    expect(Object.keys(phases).sort()).toEqual(Object.keys(TRANSITIONS).sort());
    expect(Object.values(FIRST_PHASE).every((phase) => phase in phases)).toBe(true);
  });

  for (const [phase, { legal, reach: bring }] of Object.entries(phases)) {
    for (const [letter, bytes] of Object.entries(MESSAGES)) {
      const isLegal = legal.includes(letter) || 'NSA'.includes(letter);
      test(`${phase}: ${letter} is ${isLegal ? 'legal' : 'a violation'}`, () => {
        const p = pair();
        bring(p);
        expect(p.machine.phase).toBe(phase);
        if (isLegal) {
          expect(() => p.receive(bytes)).not.toThrow();
        } else {
          expect(() => p.receive(bytes)).toThrow(expect.toSatisfy(isRemoteProtocolError) as Error);
        }
      });
    }
  }
});

describe('dialogues', () => {
  test('a simple query of two statements, one that is empty of rows', () => {
    const p = pair();
    p.submit(SIMPLE);
    expect(p.sent()).toBe('Q');
    p.receive(joined([say('TDDC'), say('IC'), ready('T')]));
    expect(p.heard).toEqual(['T1', 'D2 24', 'C SELECT 1', 'I', 'C SELECT 1', 'completed']);
    expect(p.machine.phase).toBe('idle');
    expect(p.machine.transactionStatus).toBe('T');
  });

  test('an extended query answers in order and is done at ReadyForQuery', () => {
    const p = pair();
    p.submit(EXTENDED);
    expect(p.sent()).toBe('PBDES');
    p.receive(say('12TDC'));
    expect(p.heard).toEqual(['T1', 'D1 12', 'C SELECT 1']);
    p.receive(say('Z'));
    expect(p.heard.at(-1)).toBe('completed');
  });

  test('one byte at a time makes the same calls as one chunk', () => {
    const whole = pair();
    const bytewise = pair();
    const bytes = say('12TDSDNDCZ');
    for (const p of [whole, bytewise]) p.submit(EXTENDED);
    whole.receive(bytes);
    for (const byte of bytes) bytewise.receive(new Uint8Array([byte]));
    expect(bytewise.heard).toEqual(whole.heard);
  });

  test('an error in an extended query skips to its Sync', () => {
    const p = pair();
    p.submit(EXTENDED);
    p.receive(say('1E'));
    expect(p.machine.phase).toBe('sync');
    p.receive(say('Z'));
    expect(p.heard).toEqual(['E division by zero', 'failed']);
  });

  test('an error at the commit that Sync makes belongs to the request', () => {
    const p = pair();
    p.submit(EXTENDED);
    p.receive(say('12nCEZ'));
    expect(p.heard).toEqual(['n', 'C SELECT 1', 'E division by zero', 'failed']);
  });

  test('a pipeline: what follows an error is skipped up to the Sync, also when the Sync comes later', () => {
    const p = pair();
    p.submit({ ...EXTENDED, end: 'none' });
    p.submit({ ...EXTENDED, end: 'none' });
    p.receive(say('1E'));
    expect(p.heard).toEqual(['E division by zero', 'failed', 'skipped division by zero', 'skipped']);
    p.submit({ ...EXTENDED, end: 'none' });
    expect(p.heard.slice(-2)).toEqual(['skipped division by zero', 'skipped']);
    p.submit({ kind: 'sync' });
    expect(p.machine.phase).toBe('sync');
    p.receive(ready('I'));
    expect(p.heard.at(-1)).toBe('completed');
    expect(p.machine.phase).toBe('idle');
  });

  test('asynchronous messages come through in the middle of a result', () => {
    const p = pair();
    p.submit(SIMPLE);
    p.receive(say('TNDSACZ'));
    expect(p.heard).toEqual([
      'T1',
      'notice hello',
      'D1 12',
      'parameter TimeZone UTC',
      'notification c p',
      'C SELECT 1',
      'completed',
    ]);
  });

  test('a FATAL error while idle is told and changes nothing', () => {
    const p = pair();
    p.receive(fatal('shutting down'));
    expect(p.heard).toEqual(['fatal shutting down']);
    expect(p.machine.phase).toBe('idle');
  });

  test('a request that cannot be encoded leaves no byte of its first message behind', () => {
    const p = pair();
    expect(() => p.submit({ ...EXTENDED, sql: 'select 1', portal: 'a\0b' })).toThrow(/zero byte/);
    expect(p.sent()).toBe('');
    expect(p.machine.phase).toBe('idle');
    p.submit(SIMPLE);
    expect(p.sent()).toBe('Q');
  });
});

describe('rows', () => {
  test('a row whose number of columns is not the description’s is a violation', () => {
    const p = pair();
    p.submit(SIMPLE);
    p.receive(say('T'));
    const twoColumns = new Uint8Array([0x44, 0, 0, 0, 14, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255]);
    expect(() => p.receive(twoColumns)).toThrow('unexpected field count in "D" message');
  });

  test('rows of a statement without columns are violations', () => {
    const p = pair();
    p.submit(EXTENDED);
    expect(() => p.receive(say('12nD'))).toThrow('unexpected field count in "D" message');
  });

  test('a row without a description is named as libpq names it', () => {
    const p = pair();
    p.submit(SIMPLE);
    expect(() => p.receive(say('D'))).toThrow(
      'server sent data ("D" message) without prior row description ("T" message)',
    );
  });

  test('a promise stops everything until resume, and the rest of the chunk may be overwritten meanwhile', async () => {
    const p = pair();
    let release = (): void => undefined;
    p.submit(SIMPLE, {
      dataRows: () => {
        p.heard.push('rows');
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    const chunk = say('TDCZ');
    const waiting = p.machine.receive(chunk);
    expect(waiting).toBeInstanceOf(Promise);
    expect(p.heard).toEqual(['T1', 'rows']);
    chunk.fill(0);
    release();
    await waiting;
    expect(p.machine.resume()).toBeUndefined();
    expect(p.heard).toEqual(['T1', 'rows', 'C SELECT 1', 'completed']);
  });

  test('a sink that throws loses the rest of its answer, and nobody else anything', () => {
    const p = pair();
    p.submit(SIMPLE, {
      dataRows: () => {
        throw new Error('no room');
      },
    });
    p.submit(SIMPLE);
    p.receive(say('TDDCZ'));
    expect(p.heard).toEqual(['T1', 'sink-threw']);
    p.receive(say('CZ'));
    expect(p.heard).toEqual(['T1', 'sink-threw', 'C SELECT 1', 'completed']);
  });
});

describe('copies that nobody handles', () => {
  test('in, simple: refused with CopyFail', () => {
    const p = pair();
    p.submit(SIMPLE);
    p.sent();
    p.receive(say('G'));
    expect(p.sent()).toBe('f');
    p.receive(say('EZ'));
    expect(p.heard).toEqual(['copy in', 'E division by zero', 'failed']);
  });

  test('in, extended: refused with CopyFail and a Sync of its own, because the copy swallowed the first', () => {
    const p = pair();
    p.submit(EXTENDED);
    p.sent();
    p.receive(say('12nG'));
    expect(p.sent()).toBe('fS');
    p.receive(say('EZ'));
    expect(p.heard.at(-1)).toBe('failed');
  });

  test('out: the data is dropped, the tag arrives', () => {
    const p = pair();
    p.submit(SIMPLE);
    p.receive(say('HddcCZ'));
    expect(p.heard).toEqual(['copy out', 'C SELECT 1', 'completed']);
  });

  test('both: our side is ended at once', () => {
    const p = pair();
    p.submit(SIMPLE);
    p.sent();
    p.receive(say('W'));
    expect(p.sent()).toBe('c');
    p.receive(say('dcCCZ'));
    expect(p.heard.at(-1)).toBe('completed');
  });

  test('handled: data goes to the sink, in both directions', () => {
    const p = pair();
    p.submit(SIMPLE, { copyResponse: () => 'handled' });
    p.sent();
    p.receive(say('HdcC'));
    expect(p.heard).toEqual(['d1 7', 'c', 'C SELECT 1']);
    p.receive(say('G'));
    p.machine.copyData(new Uint8Array([1]));
    p.machine.copyDone();
    expect(p.sent()).toBe('dc');
    p.receive(say('CZ'));
    expect(p.heard.at(-1)).toBe('completed');
  });
});
