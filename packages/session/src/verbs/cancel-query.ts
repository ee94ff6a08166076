import { interruption } from '../command.ts';
import type { Scope } from '../scope.ts';
import { openConnection } from '../target.ts';

/** dblink_cancel_query: `OK` once the cancel request is delivered, else libpq's reason. */
export function cancelQuery({ signal, ...scope }: Scope, name: string): Promise<string> {
  const { remote } = openConnection({ ...scope, signal }, name);
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(interruption(signal));
    signal?.addEventListener('abort', stop, { once: true });
    remote.cancel().then((answer) => {
      signal?.removeEventListener('abort', stop);
      resolve(answer);
    }, reject);
  });
}
