import { expect, test } from 'vitest';
import { FRAME } from './frames.ts';
import { PayloadDecoder, PayloadEncoder } from './payloads.ts';

const text = (value: string) => ({ kind: 'text', value }) as const;

test('what was encoded is decoded, whatever came before it', () => {
  const encoder = new PayloadEncoder();
  const decoder = new PayloadDecoder();
  const values = ['one', 'one', 'two', 'größer', 'one', '', 'x'.repeat(10_000), 'x'.repeat(10_000), 'one'].map(text);
  const kinds = [FRAME.result, FRAME.toWorker];
  for (const value of values) {
    for (const kind of kinds) {
      const payload = encoder.encode(kind, value);
      const around = new Uint8Array(payload.length + 7);
      around.set(payload, 5);
      expect(decoder.decode(kind, around, 5, 5 + payload.length)).toEqual(value);
    }
  }
});

test('the same payload once more costs no second encoding or decoding', () => {
  const encoder = new PayloadEncoder();
  const decoder = new PayloadDecoder();
  const first = encoder.encode(FRAME.result, text('SELECT 1'));
  encoder.encode(FRAME.rowSet, text('of another kind'));
  expect(encoder.encode(FRAME.result, text('SELECT 1'))).toBe(first);
  const value = decoder.decode(FRAME.result, first, 0, first.length);
  expect(decoder.decode(FRAME.result, first.slice(), 0, first.length)).toBe(value);
  const other = encoder.encode(FRAME.result, text('SELECT 2'));
  expect(other).not.toBe(first);
  expect(decoder.decode(FRAME.result, other, 0, other.length)).toEqual(text('SELECT 2'));
});

test('long payloads are not kept', () => {
  const encoder = new PayloadEncoder();
  const long = text('x'.repeat(5000));
  expect(encoder.encode(FRAME.result, long)).not.toBe(encoder.encode(FRAME.result, long));
});

test('a value that is changed where it lies is decoded anew', () => {
  const encoder = new PayloadEncoder();
  const decoder = new PayloadDecoder();
  const ring = encoder.encode(FRAME.result, text('Q')).slice();
  decoder.decode(FRAME.result, ring, 0, ring.length);
  ring[ring.indexOf(0x51)] = 0x52;
  expect(decoder.decode(FRAME.result, ring, 0, ring.length)).toEqual(text('R'));
});

test('a payload is the same only if all of it is', () => {
  const encoder = new PayloadEncoder();
  const set = (...typeOids: number[]) => ({
    typeOids,
    formats: [0],
    dateStyle: 'ISO',
    intervalStyle: undefined,
    timeZone: 'UTC',
  });
  const names = (value: string[] | null) => ({ kind: 'names', value }) as const;
  const values = [
    set(23),
    set(25),
    set(23, 25),
    set(),
    { ...set(23), dateStyle: undefined },
    { ...set(23), formats: [1] },
    names(['a']),
    names(null),
    names([]),
    text('a'),
    text(''),
    { kind: 'number', value: 0 } as const,
    'a',
  ];
  for (const one of values) {
    for (const other of values) {
      const first = encoder.encode(FRAME.rowSet, one);
      const second = encoder.encode(FRAME.rowSet, structuredClone(other));
      expect(new TextDecoder().decode(second)).toBe(JSON.stringify(other));
      expect(second === first, `${JSON.stringify(one)} ${JSON.stringify(other)}`).toBe(one === other);
    }
  }
});
