import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCSide } from '../src/c-side.ts';
import { readCases } from '../src/cases.ts';
import { compareCase, count, problemText, type Verdict } from '../src/compare.ts';
import { startOurSide } from '../src/our-side.ts';
import { type Remote, startRemote } from '../src/servers.ts';
import type { Side } from '../src/side.ts';

/*
 * Each case in a fresh session of the C extension and of ours, against the same third server. Built, because the engine
 * runs in a process of its own and starts the network worker there.
 */
const cases = readCases();
let remote: Remote;
let theirs: Side;
let ours: Side;
const verdicts: Verdict[] = [];

beforeAll(async () => {
  remote = await startRemote();
  [theirs, ours] = await Promise.all([startCSide(remote), startOurSide(remote)]);
});

afterAll(async () => {
  const { equal, flagged, wrong } = count(verdicts);
  process.stdout.write(`differential: ${equal} equal, ${flagged} flagged, ${wrong} wrong\n`);
  await Promise.all([theirs.stop(), ours.stop()]);
  await remote.stop();
});

describe.each([...new Set(cases.map(({ file }) => file))])('%s', (file) => {
  it.each(cases.filter((one) => one.file === file).map((one) => [one.id, one] as const))('%s', async (_id, one) => {
    const verdict = await compareCase(one, theirs, ours);
    verdicts.push(verdict);
    if (verdict.kind === 'wrong') expect.fail(problemText(verdict));
    expect(['equal', 'flagged']).toContain(verdict.kind);
  });
});
