/** Longest time that the engine's thread stays awake in one call: a few round trips to a server that is near. */
export const AWAKE_MS = 0.25;
/** Every so many calls the way that seems to be the worse one is tried again. */
const TRY_AGAIN = 64;
/** Longer waits count as this one: they tell nothing about waking up. */
const LONGEST_MS = 0.4;
/** Weight of one wait in the average. */
const WEIGHT = 1 / 8;

/** How to wait for the answer of a call. */
export type WayToWait = 'awake' | 'asleep';

/**
 * Chooses whether the engine's thread waits for an answer awake or asleep. To be woken takes as long as a near server
 * takes to answer; but where every core has work to do, a thread that stays awake keeps the worker or the server from
 * running. That cannot be known beforehand, so both ways are timed and the shorter one is taken.
 */
export class Patience {
  readonly #averageMs: Record<WayToWait, number> = { awake: 0, asleep: 0 };
  #calls = 0;

  /** The way that has taken less time so far. */
  get better(): WayToWait {
    const { awake, asleep } = this.#averageMs;
    return awake < asleep ? 'awake' : 'asleep';
  }

  /** The way for one call: the better one, or now and then the other. */
  choose(): WayToWait {
    const { better } = this;
    if (++this.#calls % TRY_AGAIN !== 0) return better;
    return better === 'awake' ? 'asleep' : 'awake';
  }

  /** Notes how long a call waited for the beginning of its answer. */
  note(way: WayToWait, waitedMs: number): void {
    const ms = Math.min(waitedMs, LONGEST_MS);
    const average = this.#averageMs[way];
    // The way that is only tried now and then is known by its last trial.
    this.#averageMs[way] = way === this.better && average > 0 ? average + (ms - average) * WEIGHT : ms;
  }
}
