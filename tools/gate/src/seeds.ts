import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A failure that fuzzing found, by which it can be run again. */
export interface Seed {
  /** The test's file, relative to the root, and its full name. */
  readonly file: string;
  readonly test: string;
  readonly seed: number;
  /** Where in the seed's values the shrunk counterexample lies, as fast-check writes it. */
  readonly path: string;
}

const FILE = resolve(import.meta.dirname, '../seeds.json');

/** The seeds of all failures found so far; the gate runs each of them again. */
export function readSeeds(file: string = FILE): readonly Seed[] {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Seed[]) : [];
}

/** Adds a seed unless it is there already. */
export function keepSeed(seed: Seed, file: string = FILE): void {
  const kept = readSeeds(file);
  if (kept.some((other) => JSON.stringify(other) === JSON.stringify(seed))) return;
  writeFileSync(file, `${JSON.stringify([...kept, seed], null, 2)}\n`);
}
