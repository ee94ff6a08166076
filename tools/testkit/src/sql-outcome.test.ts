import { expect, it } from 'vitest';
import { readOutcome } from './sql-outcome.ts';

const message = (tag: string, ...parts: (string | number[])[]): Buffer => {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const head = Buffer.from([tag.charCodeAt(0), 0, 0, 0, body.length + 4]);
  return Buffer.concat([head, body]);
};
const column = ['a\0', [0, 0, 0, 0, 0, 0, 0, 0, 0, 25, 255, 255, 255, 255, 255, 255, 0, 0]] as const;

it('reads rows, notices and errors of one answer, whatever offset it lies at', () => {
  const answer = Buffer.concat([
    Buffer.from('xx'),
    message('N', 'VNOTICE\0C00000\0Mlook\0\0'),
    message('T', [0, 1], column[0], [...column[1]]),
    message('D', [0, 1, 0, 0, 0, 2], 'hi'),
    message('D', [0, 1, 255, 255, 255, 255]),
    message('C', 'SELECT 2\0'),
    message('C', 'SET\0'),
    message('E', 'VERROR\0C22012\0Mno\0Dd\0Hh\0Ww\0Zunknown\0\0'),
    message('Z', 'I'),
  ]);
  expect(readOutcome(answer.subarray(2))).toEqual({
    notices: [{ severity: 'NOTICE', sqlState: '00000', message: 'look' }],
    results: [
      { columns: ['a'], rows: [['hi'], [null]], tag: 'SELECT 2' },
      { columns: [], rows: [], tag: 'SET' },
    ],
    error: { severity: 'ERROR', sqlState: '22012', message: 'no', detail: 'd', hint: 'h', context: 'w' },
  });
});

it('refuses an answer that ends before ReadyForQuery', () => {
  expect(() => readOutcome(message('C', 'SET\0'))).toThrow('an answer of 9 bytes has no end');
  expect(() => readOutcome(new Uint8Array([90, 0, 0, 0]))).toThrow('an answer of 4 bytes has no end');
});
