import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { logError, type RunContext } from '../context.ts';
import { copyFile } from '../copy-command.ts';
import { describeFileError } from '../line-source.ts';
import { fileOutput } from '../output.ts';
import type { Outcome } from '../state.ts';
import type { Commands, Invocation } from './command.ts';

/** Commands that read or write files, or run programs */
export const fileCommands: Commands = {
  i: include,
  include,
  ir: include,
  include_relative: include,
  o: redirect,
  out: redirect,
  w: write,
  write,
  copy: ({ script: { context }, arguments: args }) => copyFile(context, args.wholeLine()),
  cd: ({ script: { context }, arguments: args }) => {
    const directory = args.next()?.value ?? process.env['HOME'] ?? '/';
    try {
      process.chdir(directory);
      return 'continue';
    } catch (error) {
      return fail(context, `\\cd: could not change directory to "${directory}": ${describeFileError(error)}`);
    }
  },
  '!': async ({ script: { context }, arguments: args }) => {
    const command = args.wholeLine();
    await context.stdout.flush();
    try {
      execFileSync('/bin/sh', command === undefined ? [] : ['-c', command], { stdio: 'inherit' });
    } catch {
      // The command has said itself what was wrong; its status is its own affair.
    }
  },
};

async function include({ script, name, arguments: args }: Invocation): Promise<Outcome> {
  const { context } = script;
  const path = args.next()?.value;
  if (path === undefined) return fail(context, `\\${name}: missing required argument`);
  const isRelative = name === 'ir' || name === 'include_relative';
  const file =
    isRelative && !isAbsolute(path) && context.place !== undefined ? join(dirname(context.place.file), path) : path;
  return (await script.includeFile(file)) === 0 ? 'continue' : 'failed';
}

function redirect({ script: { context }, name, arguments: args }: Invocation): Outcome {
  const target = args.fileOrPipe();
  if (target?.value.startsWith('|') === true && !target.quoted)
    return fail(context, `\\${name}: a pipe is not supported`);
  return setOutput(context, target?.value);
}

/** Sends results to a file, or to standard output again. */
export function setOutput(context: RunContext, path: string | undefined): Outcome {
  try {
    const next = path === undefined ? context.stdout : fileOutput(path);
    if (context.output !== context.stdout) context.output.close();
    context.output = next;
    return 'continue';
  } catch (error) {
    return fail(context, `${path}: ${describeFileError(error)}`);
  }
}

function write({ script: { context, scanner }, name, arguments: args }: Invocation): Outcome {
  const path = args.next()?.value;
  if (path === undefined) return fail(context, `\\${name}: missing required argument`);
  const text = scanner.buffer === '' ? context.previousQuery : scanner.buffer;
  try {
    writeFileSync(path, text === '' ? '' : `${text}\n`);
    return 'continue';
  } catch (error) {
    return fail(context, `${path}: ${describeFileError(error)}`);
  }
}

function fail(context: RunContext, message: string): Outcome {
  logError(context, message);
  return 'failed';
}
