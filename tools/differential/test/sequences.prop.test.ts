import fc from 'fast-check';
import { afterAll, beforeAll, it } from 'vitest';
import { startCSide } from '../src/c-side.ts';
import { startOurSide } from '../src/our-side.ts';
import { assertAgreement, type Sides } from '../src/sequences/agreement.ts';
import { callSequence } from '../src/sequences/call-sequence.ts';
import { tableSequence } from '../src/sequences/table-sequence.ts';
import { type Remote, startRemote } from '../src/servers.ts';

/*
 * Random sequences on the C extension and on ours, from the sources. Each takes two sessions and some ten round trips,
 * so there is one for every five runs of a property that needs no server.
 */
const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 10_000) / 5);
/** How long a busy machine may take; without it sequences of a test given up would run into those of the next. */
const patience = process.env['FUZZ_RUNS'] === undefined ? 1_200_000 : 2 ** 31 - 1;

let remote: Remote | undefined;
let sides: Sides | undefined;

beforeAll(async () => {
  remote = await startRemote();
  const [theirs, ours] = await Promise.all([startCSide(remote), startOurSide(remote, 'source')]);
  sides = { theirs, ours };
}, 120_000);

afterAll(async () => {
  await Promise.all([sides?.theirs.stop(), sides?.ours.stop()]);
  await remote?.stop();
});

it.each([
  ['calls over several connections', callSequence, numRuns],
  ['a random table at both ends', tableSequence, Math.ceil(numRuns / 8)],
] as const)(
  'both sides agree at every step: %s',
  async (_what, sequence, runs) => {
    await fc.assert(
      fc.asyncProperty(sequence, (steps) => agree(steps)),
      { numRuns: runs, interruptAfterTimeLimit: patience, markInterruptAsFailure: true },
    );
  },
  0,
);

async function agree(steps: readonly string[]): Promise<void> {
  if (sides === undefined) throw new Error('the sides have not started');
  await assertAgreement(sides, steps);
}
