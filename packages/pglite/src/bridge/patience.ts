/** Longest time that the engine's thread stays awake in one call: a few round trips to a server that is near. */
export const AWAKE_MS = 0.25;
/** The first calls of a way do not count: the scheduler needs some until each thread has found its core. */
const SETTLING = 6;
/** How many calls after those try a way: a core is shared out by slices that are longer than several calls. */
const COUNTED = 24;
/**
 * After so many calls asleep the other way is tried: which cores are idle nothing else tells. Whenever that did not pay,
 * it doubles, so that what never pays costs ever less.
 */
const FIRST_PAUSE = 32;
const LONGEST_PAUSE = 1024;
/** The same for calls awake, which show by themselves that they no longer pay. */
const AWAKE_PAUSE = 4096;
/** Who has stayed awake for so many calls had idle cores, and not just luck. */
const PROVEN = 256;
/** Staying awake costs a core: it has to pay. */
const WORTH_IT = 0.8;
/** Longer waits count as this one: they tell nothing about waking up. */
const LONGEST_MS = 1;
/** Weight of one wait in the average. */
const WEIGHT = 1 / 32;

/** How to wait for the answer of a call. */
export type WayToWait = 'awake' | 'asleep';

/** A way is being tried: how many of its calls have counted, and how long they waited together. */
interface Trial {
  counted: number;
  waitedMs: number;
}

/**
 * Chooses whether the engine's thread waits for an answer awake or asleep. To be woken takes as long as a near server
 * takes to answer; but where every core has work to do, a thread that stays awake keeps the worker or the server from
 * running. That cannot be known beforehand, so both ways are timed and the shorter one is taken.
 *
 * The way of one call does not tell: threads that sleep gather on one core, where one that stays awake is in the way of
 * the others until they have moved. Nor does one late answer, since others use the cores as well.
 */
export class Patience {
  readonly #averageMs: Record<WayToWait, number> = {
    awake: Number.POSITIVE_INFINITY,
    asleep: Number.POSITIVE_INFINITY,
  };
  #way: WayToWait = 'awake';
  #trial: Trial | undefined = { counted: 0, waitedMs: 0 };
  /** Calls since the way last changed. */
  #inARow = 0;
  /** Calls asleep before the other way is tried. */
  #pause = FIRST_PAUSE;

  /** The way for the next call: the one that has taken less time so far, or now and then the other. */
  choose(): WayToWait {
    this.#inARow++;
    if (this.#trial === undefined) {
      if (this.#way === 'awake' && !this.#isWorthIt) this.#giveUp();
      const pause = this.#way === 'awake' ? AWAKE_PAUSE : this.#pause;
      if (this.#inARow > pause) this.#try(this.#way === 'awake' ? 'asleep' : 'awake');
    }
    return this.#way;
  }

  /** Notes how long a call waited for the beginning of its answer. */
  note(way: WayToWait, waitedMs: number): void {
    if (way !== this.#way || this.#inARow <= SETTLING) return;
    const ms = Math.min(waitedMs, LONGEST_MS);
    if (this.#trial === undefined) this.#averageMs[way] += (ms - this.#averageMs[way]) * WEIGHT;
    else this.#noteTrial(this.#trial, ms);
  }

  #noteTrial(trial: Trial, ms: number): void {
    trial.counted++;
    trial.waitedMs += ms;
    const way = this.#way;
    const toBeatMs = this.#averageMs[way === 'awake' ? 'asleep' : 'awake'];
    if (trial.counted < COUNTED && trial.waitedMs <= COUNTED * toBeatMs) return;
    this.#averageMs[way] = trial.waitedMs / trial.counted;
    this.#trial = undefined;
    if (toBeatMs === Number.POSITIVE_INFINITY) this.#try('asleep');
    else if (this.#isWorthIt) this.#take('awake');
    else if (way === 'awake') this.#giveUp();
  }

  /** Staying awake did not pay, or no longer does. */
  #giveUp(): void {
    this.#pause = this.#inARow > PROVEN ? FIRST_PAUSE : Math.min(2 * this.#pause, LONGEST_PAUSE);
    this.#take('asleep');
  }

  get #isWorthIt(): boolean {
    return this.#averageMs.awake < this.#averageMs.asleep * WORTH_IT;
  }

  #try(way: WayToWait): void {
    this.#trial = { counted: 0, waitedMs: 0 };
    this.#take(way);
  }

  #take(way: WayToWait): void {
    if (way !== this.#way) this.#inARow = 0;
    this.#way = way;
  }
}
