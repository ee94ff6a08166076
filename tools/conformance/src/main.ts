import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parseDialogue, rewriteDialogue } from './dialogue.ts';
import { type Outcome, runDialogue } from './run-dialogue.ts';
import type { Target } from './wire.ts';

const USAGE = `usage: conformance [FILE|FOLDER …] [--host H] [--port N] [--user U] [--database D] [--timeout MS] [--rewrite]

Plays protocol dialogues against a server and prints each as ok or with what differs. Without files: our own dialogues.
The server must let the user in without a password.
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '5432' },
    user: { type: 'string', default: 'postgres' },
    database: { type: 'string' },
    timeout: { type: 'string', default: '10000' },
    rewrite: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(USAGE);
else process.exitCode = await main();

async function main(): Promise<number> {
  const target: Target = {
    host: values.host,
    port: Number(values.port),
    user: values.user,
    ...(values.database === undefined ? {} : { database: values.database }),
  };
  const given = positionals.length > 0 ? positionals : [resolve(import.meta.dirname, '../dialogues')];
  const counts = { ok: 0, different: 0, skipped: 0 };
  for (const file of given.flatMap(filesOf)) {
    const outcome = await playFile(file, target);
    counts[outcome.kind] += 1;
    process.stdout.write(describe(basename(file), outcome));
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  process.stdout.write(`${counts.ok} passed, ${counts.different} failed${skipped}\n`);
  return counts.different > 0 ? 1 : 0;
}

function filesOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .flatMap(filesOf);
}

async function playFile(file: string, target: Target): Promise<Outcome> {
  const text = readFileSync(file, 'utf8');
  try {
    const outcome = await runDialogue(text, target, { timeoutMs: Number(values.timeout), collect: values.rewrite });
    if (!values.rewrite || outcome.kind === 'skipped') return outcome;
    writeFileSync(file, rewriteDialogue(text, parseDialogue(text), outcome.actual));
    return outcome.kind === 'different' && outcome.difference.message === 'the answer is another'
      ? { kind: 'ok', actual: outcome.actual, checked: 0 }
      : outcome;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'different', actual: [], difference: { line: 1, message, expected: [], actual: [] } };
  }
}

function describe(name: string, outcome: Outcome): string {
  if (outcome.kind === 'ok') return `ok       ${name}\n`;
  if (outcome.kind === 'skipped') return `skipped: ${name}: ${outcome.reason}\n`;
  const { line, message, expected, actual } = outcome.difference;
  const most = 12;
  const listed = (sign: string, lines: readonly string[]): string => {
    const more = lines.length > most ? `    ${sign} … ${lines.length - most} more\n` : '';
    return (
      lines
        .slice(0, most)
        .map((text) => `    ${sign} ${text}\n`)
        .join('') + more
    );
  };
  return `not ok   ${name}:${line}: ${message}\n${listed('-', expected)}${listed('+', actual)}`;
}
