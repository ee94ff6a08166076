import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { availableVersions, startCluster } from '@pg-dblink/testkit';
import { type Survivor, survivorsOf } from './mutate.ts';
import { type Outcome, runDialogue } from './run-dialogue.ts';
import type { Target } from './wire.ts';

// The gate's run: every dialogue of ours against every PostgreSQL found, and proof that each of them can fail.

const folder = resolve(import.meta.dirname, '../dialogues');
const dialogues = readdirSync(folder).sort();
const timeoutMs = 20_000;
const counts = { passed: 0, failed: 0, skipped: 0 };

for (const version of availableVersions()) {
  const cluster = await startCluster({ version });
  try {
    const target = { host: cluster.host, port: cluster.port, user: cluster.superuser };
    for (const name of dialogues) record(`${name} on PostgreSQL ${version}`, await play(name, target));
    if (version === Math.max(...availableVersions())) for (const name of dialogues) await canFail(name, target);
  } finally {
    await cluster.stop();
  }
}
if (availableVersions().length === 0) {
  counts.skipped += dialogues.length;
  process.stdout.write('skipped: every dialogue: no PostgreSQL server for this platform\n');
}
process.stdout.write(
  `${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`,
);
process.exit(counts.failed > 0 ? 1 : 0);

async function play(name: string, target: Target): Promise<Outcome> {
  const text = readFileSync(join(folder, name), 'utf8');
  try {
    return await runDialogue(text, target, { timeoutMs });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'different', actual: [], difference: { line: 1, message, expected: [], actual: [] } };
  }
}

function record(name: string, outcome: Outcome): void {
  if (outcome.kind === 'ok') counts.passed += 1;
  else if (outcome.kind === 'skipped') {
    counts.skipped += 1;
    process.stdout.write(`skipped: ${name}: ${outcome.reason}\n`);
  } else {
    counts.failed += 1;
    const { line, message, expected, actual } = outcome.difference;
    process.stdout.write(
      `not ok   ${name}:${line}: ${message}\n    - ${expected[0] ?? ''}\n    + ${actual[0] ?? ''}\n`,
    );
  }
}

/** A dialogue asserts more than ReadyForQuery, and notices any single alteration of the server's answers. */
async function canFail(name: string, target: Target): Promise<void> {
  const survivors: Survivor[] = [];
  let asserted = 0;
  await runDialogue(readFileSync(join(folder, name), 'utf8'), target, {
    timeoutMs,
    onAnswer: (block, answer) => {
      asserted += answer.shown.filter(({ Type }) => Type !== 'ReadyForQuery').length;
      survivors.push(...survivorsOf(block, answer).survivors);
    },
  });
  if (asserted > 0 && survivors.length === 0) counts.passed += 1;
  else {
    counts.failed += 1;
    const why = asserted === 0 ? 'asserts nothing but ReadyForQuery' : '';
    process.stdout.write(`not ok   ${name} cannot fail: ${why}\n`);
    for (const { line, alteration } of survivors.slice(0, 5)) process.stdout.write(`    line ${line}: ${alteration}\n`);
  }
}
