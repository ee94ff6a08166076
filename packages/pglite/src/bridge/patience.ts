/** Longest time that the engine's thread stays awake in one call: a few round trips to a server that is near. */
export const AWAKE_MS = 0.25;
/**
 * After so many calls by the better way the other one is tried again. Staying awake may pay as soon as a core falls idle,
 * which nothing else tells; that it no longer pays shows by itself.
 */
const TRY_AGAIN: Readonly<Record<WayToWait, number>> = { awake: 256, asleep: 2048 };
/** The first calls of a way do not count: the scheduler needs some until each thread has found its core. */
const SETTLING = 6;
/** How many calls in a row try a way. */
const TRIAL = 2 * SETTLING;
/** Staying awake costs a core: it has to pay. */
const WORTH_IT = 0.9;
/** Longer waits count as this one: they tell nothing about waking up. */
const LONGEST_MS = 0.4;
/** Weight of one wait in the average. */
const WEIGHT = 1 / 8;

/** How to wait for the answer of a call. */
export type WayToWait = 'awake' | 'asleep';

/** The other way is being tried: how long its calls have waited. */
interface Trial {
  readonly way: WayToWait;
  readonly waitedMs: number[];
}

/**
 * Chooses whether the engine's thread waits for an answer awake or asleep. To be woken takes as long as a near server
 * takes to answer; but where every core has work to do, a thread that stays awake keeps the worker or the server from
 * running. That cannot be known beforehand, so both ways are timed and the shorter one is taken.
 *
 * The way of one call does not tell: threads that sleep gather on one core, where one that stays awake is in the way of
 * the others until they have moved.
 */
export class Patience {
  readonly #averageMs: Record<WayToWait, number> = { awake: 0, asleep: 0 };
  #trial: Trial | undefined = { way: 'awake', waitedMs: [] };
  /** Calls since the last trial began or ended. */
  #calls = 0;
  #way: WayToWait = 'awake';
  #inARow = 0;

  /** The way for the next call: the one that has taken less time so far, or now and then the other. */
  choose(): WayToWait {
    const way = this.#next();
    this.#inARow = way === this.#way ? this.#inARow + 1 : 1;
    this.#way = way;
    return way;
  }

  /** Notes how long a call waited for the beginning of its answer. */
  note(way: WayToWait, waitedMs: number): void {
    if (this.#inARow <= SETTLING) return;
    const ms = Math.min(waitedMs, LONGEST_MS);
    if (this.#trial !== undefined) {
      this.#trial.waitedMs.push(ms);
      return;
    }
    const average = this.#averageMs[way];
    this.#averageMs[way] = average === 0 ? ms : average + (ms - average) * WEIGHT;
  }

  get #better(): WayToWait {
    const { awake, asleep } = this.#averageMs;
    return awake < asleep * WORTH_IT ? 'awake' : 'asleep';
  }

  #next(): WayToWait {
    this.#calls++;
    if (this.#trial !== undefined) {
      if (this.#calls <= TRIAL) return this.#trial.way;
      this.#endTrial(this.#trial);
    }
    const better = this.#better;
    const other = better === 'awake' ? 'asleep' : 'awake';
    if (this.#calls < TRY_AGAIN[other]) return better;
    this.#trial = { way: other, waitedMs: [] };
    this.#calls = 1;
    return other;
  }

  #endTrial({ way, waitedMs }: Trial): void {
    this.#trial = undefined;
    this.#calls = 1;
    if (waitedMs.length > 0) this.#averageMs[way] = waitedMs.reduce((sum, ms) => sum + ms, 0) / waitedMs.length;
  }
}
