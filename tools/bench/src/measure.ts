/** A candidate to be timed: runs once and returns something that proves the work was done. */
export type Candidate = () => unknown | Promise<unknown>;

/** The quartiles of a sample. */
export interface Quartiles {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** Interleaved pairs: milliseconds of both sides and the ratio ours / theirs of each pair. */
export interface Pairs {
  readonly pairs: number;
  readonly oursMs: Quartiles;
  readonly theirsMs: Quartiles;
  readonly ratio: Quartiles;
}

/** The quartiles of at least one number, by linear interpolation between the nearest two. */
export function quartiles(sample: readonly number[]): Quartiles {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = (part: number): number => {
    const place = part * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    const above = sorted[Math.ceil(place)] ?? Number.NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

async function timeOnce(candidate: Candidate): Promise<number> {
  globalThis.gc?.();
  const started = performance.now();
  await candidate();
  return performance.now() - started;
}

/**
 * Times two candidates in interleaved pairs, the order swapped from pair to pair, after one unmeasured run of each:
 * whatever slows the machine slows both.
 */
export async function measurePairs(ours: Candidate, theirs: Candidate, pairs = 9): Promise<Pairs> {
  await ours();
  await theirs();
  const oursMs: number[] = [];
  const theirsMs: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    if (pair % 2 === 0) {
      oursMs.push(await timeOnce(ours));
      theirsMs.push(await timeOnce(theirs));
    } else {
      theirsMs.push(await timeOnce(theirs));
      oursMs.push(await timeOnce(ours));
    }
  }
  return pairsOf(
    new Map([
      ['ours', oursMs],
      ['theirs', theirsMs],
    ]),
    'ours',
    'theirs',
  );
}

/** One of the sides of a round: does its work once and says what that cost. */
export interface TimedSide {
  readonly name: string;
  /** Milliseconds of the work. */
  run(): Promise<number>;
}

/** Milliseconds of each side, a round an entry; entries of equal index were measured in turn. */
export type Rounds = ReadonlyMap<string, readonly number[]>;

/**
 * Times any number of sides in turn (A B C A B C …, the order rotated from round to round), after one unmeasured run
 * of each: whatever slows the machine slows all of them.
 */
export async function measureRounds(sides: readonly TimedSide[], rounds: number): Promise<Rounds> {
  for (const side of sides) await side.run();
  const measured = new Map<string, number[]>(sides.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const side = sides[(turn + round) % sides.length];
      if (side !== undefined) measured.get(side.name)?.push(await side.run());
    }
  }
  return measured;
}

/** Of so many rounds in turn the mean of each side, as one round. */
export function meansOf(rounds: Rounds, count: number): Rounds {
  const means = (sample: readonly number[]): number[] =>
    Array.from({ length: Math.floor(sample.length / count) }, (_, index) => {
      const part = sample.slice(index * count, (index + 1) * count);
      return part.reduce((sum, ms) => sum + ms, 0) / count;
    });
  return new Map([...rounds].map(([name, sample]) => [name, means(sample)]));
}

/** The rounds of two sides as pairs; the second side's times may be scaled, where it did a part of the work. */
export function pairsOf(rounds: Rounds, ours: string, theirs: string, scale = 1): Pairs {
  const oursMs = rounds.get(ours) ?? [];
  const theirsMs = (rounds.get(theirs) ?? []).map((ms) => ms * scale);
  const ratios = oursMs.map((ms, round) => ms / (theirsMs[round] ?? Number.NaN));
  return { pairs: oursMs.length, oursMs: quartiles(oursMs), theirsMs: quartiles(theirsMs), ratio: quartiles(ratios) };
}
