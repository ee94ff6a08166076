import { noTotals, type Totals } from './ledger.ts';
import type { GatherFailure } from './verbs/gather.ts';

/** What a session remembers besides its connections. */
export interface Records {
  /** What the last dblink_gather could not get. */
  gatherFailures: readonly GatherFailure[];
  /** What connections that were closed with their call have moved. */
  temporary: Totals;
}

export function emptyRecords(): Records {
  return { gatherFailures: [], temporary: noTotals() };
}
