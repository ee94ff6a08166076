#!/usr/bin/env node
import { readArguments, USAGE } from './arguments.ts';
import { createPrinter } from './print.ts';
import { createProgress } from './progress.ts';
import { run } from './run.ts';
import { canStartServers } from './servers/own.ts';
import { listenForStop, Stopped } from './stopped.ts';

const WRONG_USAGE = 2;

async function main(): Promise<number> {
  const wanted = readArguments(process.argv.slice(2));
  if (wanted.kind === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (wanted.kind === 'wrong') {
    process.stderr.write(`${wanted.message}\n\n${USAGE}`);
    return WRONG_USAGE;
  }
  const progress = createProgress(process.stderr);
  if (wanted.kind === 'own servers' && !canStartServers()) {
    progress.say(
      `There are no PostgreSQL 18 server programs for ${process.platform}-${process.arch}. ` +
        'Give two servers of your own: npm start -- --server CONNSTR --server CONNSTR',
    );
    return WRONG_USAGE;
  }
  const signal = listenForStop();
  signal.addEventListener('abort', () => progress.say('Stopping'));
  const failures = await run(wanted, createPrinter(process.stdout, process.env), progress, signal);
  for (const failure of failures) progress.say(explain(failure));
  const [first] = failures;
  if (first === undefined) return 0;
  return first instanceof Stopped ? first.exitStatus : 1;
}

/** An error and what caused it, without stacks. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${explain(error.cause)}`;
}

process.exitCode = await main();
