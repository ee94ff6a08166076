import { expect, test } from 'vitest';
import {
  isLocalProtocolError,
  isRemoteProtocolError,
  LocalProtocolError,
  ProtocolError,
  RemoteProtocolError,
} from './errors.ts';

test('the two kinds are told apart, also when they come from another copy of the package', () => {
  const local = new LocalProtocolError('nul-in-string', 'text', 'Query');
  const remote = new RemoteProtocolError('invalid-length', 'text');
  expect([isLocalProtocolError(local), isRemoteProtocolError(local)]).toEqual([true, false]);
  expect([isLocalProtocolError(remote), isRemoteProtocolError(remote)]).toEqual([false, true]);
  const copy = { [Symbol.for('@pg-dblink/protocol/RemoteProtocolError')]: true };
  expect(isRemoteProtocolError(copy)).toBe(true);
  for (const value of [undefined, null, 'text', 1, {}, new Error('text')]) {
    expect([isLocalProtocolError(value), isRemoteProtocolError(value)]).toEqual([false, false]);
  }
});

test('an error says what it is', () => {
  const error = new LocalProtocolError('nul-in-string', 'text', 'Query');
  expect(error).toBeInstanceOf(ProtocolError);
  expect(`${error}`).toBe('LocalProtocolError: text');
  expect({ ...error }).toEqual({ name: 'LocalProtocolError', code: 'nul-in-string', messageType: 'Query' });
});
