import type { HostFunction } from '@pg-dblink/fmgr';
import type { Answers } from './answers.ts';
import { readArguments } from './arguments.ts';

/** The functions that show connections and make them again. */
export function connectionsFunctions({ returnAnswer, returnTable }: Answers): Readonly<Record<string, HostFunction>> {
  return {
    dblink_connections: (call) => returnTable(call, { verb: 'connections' }),
    dblink_reconnect: (call) => returnAnswer(call, { verb: 'reconnect', name: readArguments(call, 0).name }),
    dblink_connect_if_not_exists: (call) => {
      const { name, first } = readArguments(call, 1);
      returnAnswer(call, { verb: 'connectIfNotExists', name, target: call.text(first) });
    },
  };
}
