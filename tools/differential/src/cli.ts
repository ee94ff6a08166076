import { parseArgs } from 'node:util';
import { startCSide } from './c-side.ts';
import { readCases } from './cases.ts';
import { compareCase, count, problemText, type Verdict } from './compare.ts';
import { startOurSide } from './our-side.ts';
import { stepsText } from './outcome-text.ts';
import { startRemote } from './servers.ts';

/* The runner by hand: all cases, or those whose id or file starts with one of the words given. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'c-only': { type: 'boolean' },
    version: { type: 'string' },
    show: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

if (values.help === true) {
  console.log('usage: cli.ts [--c-only [--version MAJOR]] [--show] [ID or FILE prefix]...');
} else {
  const cases = readCases().filter(
    ({ id, file }) =>
      positionals.length === 0 || positionals.some((word) => id.startsWith(word) || file.startsWith(word)),
  );
  const remote = await startRemote();
  const theirs = await startCSide(remote, values.version === undefined ? undefined : Number(values.version));
  if (values['c-only'] === true) {
    for (const one of cases)
      if (one.divergence?.kind !== 'hangs') console.log(`${one.id}  ${stepsText(await theirs.run(one))}`);
  } else {
    const ours = await startOurSide(remote);
    const verdicts: Verdict[] = [];
    for (const one of cases) {
      const verdict = await compareCase(one, theirs, ours);
      verdicts.push(verdict);
      if (verdict.kind === 'wrong') console.log(problemText(verdict));
      else if (values.show === true) console.log(`${one.id}  ${verdict.kind}`);
    }
    const { equal, flagged, wrong } = count(verdicts);
    console.log(`${equal} equal, ${flagged} flagged, ${wrong} wrong`);
    if (wrong > 0) process.exitCode = 1;
    await ours.stop();
  }
  await theirs.stop();
  await remote.stop();
}
