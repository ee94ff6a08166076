import type { GatherFailure } from './verbs/gather.ts';

/** What a session remembers besides its connections. */
export interface Records {
  /** What the last dblink_gather could not get. */
  gatherFailures: readonly GatherFailure[];
}

export function emptyRecords(): Records {
  return { gatherFailures: [] };
}
