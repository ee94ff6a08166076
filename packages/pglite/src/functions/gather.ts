import { type Call, type HostFunction, type RowStore, SqlError, withSettings } from '@pg-dblink/fmgr';
import type { CallEvent, Caller, Exchange } from '../bridge/caller.ts';
import type { Answers } from './answers.ts';
import { hostOf } from './host.ts';
import { mimicked } from './rows.ts';

/** The functions that run one query over many sources. */
export function gatherFunctions(
  caller: () => Caller,
  { returnTable }: Answers,
): Readonly<Record<string, HostFunction>> {
  return {
    dblink_gather: (call) => {
      call.prepareSet();
      const descriptor = call.resultDescriptor();
      const request = {
        verb: 'gather',
        sources: namesOf(call),
        sql: call.text(1),
        // The first column is the source's name.
        width: descriptor.attributes.length - 1,
        maxParallel: call.int4(2),
        failOnError: call.bool(3),
      } as const;
      const rows = call.openRows(descriptor);
      caller().run(request, hostOf(call.engine), (exchange) => receive(call, exchange, rows));
    },
    dblink_gather_errors: (call) => returnTable(call, { verb: 'gatherErrors' }),
  };
}

function namesOf(call: Call): string[] {
  return call.textArray(0).map((source) => {
    if (source !== null) return source;
    throw new SqlError({ sqlState: '22004', message: 'sources must not be null' });
  });
}

/** Puts rows into the set as they come, each chunk under the settings that its source wrote it under. */
function receive(call: Call, exchange: Exchange, rows: RowStore): void {
  let settings: Readonly<Record<string, string>> = {};
  for (;;) {
    const next = withSettings(call.engine, settings, () => putRows(exchange, rows));
    if (next.kind !== 'row set') return;
    settings = mimicked(next.rowSet);
  }
}

/** Stores rows up to the next event that is none. */
function putRows(exchange: Exchange, rows: RowStore): CallEvent {
  for (;;) {
    const event = exchange.next();
    if (event.kind !== 'rows') return event;
    rows.put(event.bytes, event.start, event.end);
  }
}
