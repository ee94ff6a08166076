import { runCommand } from './commands/run-command.ts';
import { Conditions } from './conditions.ts';
import { isTyped, type LineSource, logError, type Place, type RunContext, warnIgnored } from './context.ts';
import { describeFileError, fileLines, type OpenLines } from './line-source.ts';
import { Scanner } from './scanner.ts';
import { sendQuery } from './send-query.ts';
import type { ExitStatus, Outcome, Script } from './state.ts';

/** Whether strings without E take backslashes as they are; the server reports it. */
export function standardStrings(context: RunContext): () => boolean {
  return () => context.parameters.get('standard_conforming_strings') !== 'off';
}

/**
 * Runs SQL and backslash commands line by line, as psql's MainLoop does for input that is not typed.
 *
 * @param place - the file and line for messages; undefined for standard input.
 * @throws EngineError when the engine is lost.
 */
export async function runScript(context: RunContext, source: LineSource, place?: Place): Promise<ExitStatus | 'quit'> {
  const outer = { place: context.place, source: context.source };
  context.place = place;
  context.source = source;
  try {
    return await runLines(context, source);
  } finally {
    context.place = outer.place;
    context.source = outer.source;
  }
}

async function runLines(context: RunContext, source: LineSource): Promise<ExitStatus | 'quit'> {
  const scanner = new Scanner(context.variables, standardStrings(context));
  const script: Script = {
    context,
    scanner,
    conditions: new Conditions(),
    includeFile: (file) => runFile(context, file),
  };
  const {
    conditions,
    context: { variables },
  } = script;
  for (let line = await source.next(); line !== undefined; line = await source.next()) {
    const outcome = await runLine(script, line);
    if (outcome === 'quit') return 'quit';
    if (outcome === 'failed' && variables.isOn('ON_ERROR_STOP')) return 3;
    if (context.interrupt === 'pressed') return 3;
  }
  if (scanner.buffer !== '' && conditions.isActive) {
    if (!(await sendQuery(context, scanner.buffer)) && variables.isOn('ON_ERROR_STOP')) return 3;
  }
  if (!conditions.isEmpty) {
    logError(context, 'reached EOF without finding closing \\endif(s)');
    if (variables.isOn('ON_ERROR_STOP')) return 3;
  }
  return 0;
}

/** Runs what one line holds; an unfinished statement stays in the scanner. */
export async function runLine(script: Script, line: string): Promise<Outcome> {
  const { context, scanner } = script;
  const { variables } = context;
  if (line === '' && !scanner.isInQuote) return 'continue';
  const added = scanner.buffer === '' ? undefined : scanner.buffer.length + 1;
  if (added !== undefined) scanner.buffer += '\n';
  if (variables.get('ECHO')?.toLowerCase() === 'all' && !context.isInteractive) context.stdout.write(`${line}\n`);
  scanner.take(line);
  let outcome: Outcome = 'continue';
  for (let stop = scanner.scan(); stop !== 'end'; stop = scanner.scan()) {
    if (stop === 'semicolon') outcome = await sendBuffer(script);
    else {
      // A newline that was put in for this line, and nothing since, is not the statement's.
      if (scanner.buffer.length === added) scanner.buffer = scanner.buffer.slice(0, -1);
      outcome = await runCommand(script);
    }
    if (outcome === 'quit') return 'quit';
    if (outcome === 'failed' && variables.isOn('ON_ERROR_STOP') && !isTyped(context)) return 'failed';
  }
  if (variables.isOn('SINGLELINE') && scanner.within === 'statement') return await sendBuffer(script);
  return outcome;
}

async function sendBuffer({ context, scanner, conditions }: Script): Promise<Outcome> {
  const sql = scanner.buffer;
  scanner.resetStatement();
  if (!conditions.isActive) {
    warnIgnored(context, 'query');
    return 'continue';
  }
  context.previousQuery = sql;
  return (await sendQuery(context, sql)) ? 'continue' : 'failed';
}

/** Runs a file as a script: 1 when it cannot be read, 3 when an error stopped it. */
export async function runFile(context: RunContext, file: string): Promise<0 | 1 | 3> {
  const place = { file, line: 0 };
  let lines: OpenLines;
  try {
    lines = await fileLines(file, place);
  } catch (error) {
    logError(context, `${file}: ${describeFileError(error)}`);
    return 1;
  }
  try {
    return (await runScript(context, lines, place)) === 3 ? 3 : 0;
  } finally {
    lines.close();
  }
}
