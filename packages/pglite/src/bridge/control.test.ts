import { expect, it } from 'vitest';
import { ControlWords, createControl, requestCancel, selfAddresses, setSelfAddresses } from './control.ts';

it('hands a cancel request to the statement that it was meant for, once', () => {
  const control = createControl();
  const words = new ControlWords(control);
  const before = Date.now();
  expect(words.takeCancel(() => before)).toBe(false);
  requestCancel(control);
  expect(words.takeCancel(() => before)).toBe(true);
  expect(words.takeCancel(() => before)).toBe(false);
});

it('drops a cancel request that is older than the statement', () => {
  const control = createControl();
  const words = new ControlWords(control);
  requestCancel(control);
  expect(words.takeCancel(() => Date.now() + 1000)).toBe(false);
  expect(words.takeCancel(() => 0)).toBe(false);
});

it('wakes whoever waits', () => {
  const control = createControl();
  const words = new ControlWords(control);
  const seen = words.signals;
  expect(words.wait(seen, 1)).toBe('timed out');
  requestCancel(control);
  expect(words.wait(seen, 60_000)).toBe('signalled');
});

it('keeps the addresses that were said last', () => {
  const control = createControl();
  expect(selfAddresses(control)).toEqual([]);
  setSelfAddresses(control, [{ kind: 'unix', path: '/tmp/é/.s.PGSQL.5432' }]);
  setSelfAddresses(control, [{ kind: 'tcp', host: '::1', port: 5432 }]);
  expect(selfAddresses(control)).toEqual([{ kind: 'tcp', host: '::1', port: 5432 }]);
  setSelfAddresses(control, []);
  expect(selfAddresses(control)).toEqual([]);
  const many = Array.from({ length: 1000 }, () => ({ kind: 'unix', path: '/a/long/path' }) as const);
  expect(() => setSelfAddresses(control, many)).toThrow(RangeError);
});
