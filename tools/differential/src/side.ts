import type { Case } from './cases.ts';

/** One of the two implementations under comparison. */
export interface Side {
  readonly name: string;
  /** Runs the steps of a case in a session that nothing before has touched, and gives the line for each step. */
  run(one: Case): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Longest time that one step may take; the longest case sleeps for less than three seconds. */
export const stepPatience = 20_000;

/** Longest time until an engine can be asked; a busy machine needs most of a minute. */
export const startPatience = 90_000;

/**
 * Brings the far end back to its first state; both sides ask for it before each case. What still sleeps there was left
 * by a connection that is gone.
 */
export const resetRemote: string = [
  'set client_min_messages = error',
  'set lock_timeout = 0',
  "select pg_terminate_backend(pid, 5000) from pg_stat_activity where wait_event = 'PgSleep'",
  'truncate rw',
  'drop schema scratch cascade',
  'create schema scratch',
  'reset all',
].join('; ');

/** What a session starts with on either side, whatever the engine's own defaults are. */
export const sessionStart = "set timezone = 'UTC'";

/** Rejects when a step takes longer than any case may. */
export async function within<T>(work: Promise<T>, what: string, patience: number = stepPatience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${patience} ms: ${what}`)), patience);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
