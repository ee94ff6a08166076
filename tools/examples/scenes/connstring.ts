// The world around the examples of connstring: an error that was caught, and a string that was completed.

import { ConninfoError, parseConninfo, resolveConninfo } from '@pg-dblink/connstring';

export const error: unknown = caught(() => parseConninfo('hots=h'));
export const resolved = resolveConninfo(parseConninfo('host=db1 port=5432 dbname=d'), {
  osUser: 'alice',
  defaultPassfile: '.pgpass',
});

export function report(_code: string): void {}

function caught(body: () => unknown): ConninfoError {
  try {
    body();
  } catch (thrown) {
    if (thrown instanceof ConninfoError) return thrown;
  }
  throw new Error('nothing was thrown');
}
