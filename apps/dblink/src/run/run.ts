import type { Action, RunOptions } from '../args.ts';
import { converse } from '../engine/conversation.ts';
import { type Engine, EngineError } from '../engine/engine.ts';
import { DEFAULT_SETTINGS } from '../format/settings.ts';
import { setOutput } from './commands/files.ts';
import { runCommand } from './commands/run-command.ts';
import { Conditions } from './conditions.ts';
import { type LineSource, logError, type RunContext } from './context.ts';
import { type OpenLines, streamLines } from './line-source.ts';
import { directOutput, type Output, streamOutput } from './output.ts';
import { changeSetting } from './print-options.ts';
import { Scanner } from './scanner.ts';
import { runFile, runScript, standardStrings } from './script.ts';
import { sendQuery, sendSilently } from './send-query.ts';
import type { ExitStatus } from './state.ts';
import { ValueError, Variables } from './variables.ts';

/** Runs what the command line asks for, and ends the engine. */
export async function run(options: RunOptions, starting: Promise<Engine>): Promise<ExitStatus> {
  const stderr = directOutput(process.stderr);
  let engine: Engine | undefined;
  let stdinLines: OpenLines | undefined;
  try {
    engine = await starting;
    const stdin = (): LineSource => {
      stdinLines ??= streamLines(process.stdin);
      return stdinLines;
    };
    const context = makeContext(options, engine, stdin, stderr);
    const prepared = prepare(options, context);
    if (prepared !== 0) return prepared;
    const uninstall = cancelOnInterrupt(engine, context);
    try {
      if (context.isInteractive) {
        uninstall();
        const { runShell } = await import('../shell/shell.ts');
        return await runShell(context, engine);
      }
      return await runActions(options, context);
    } finally {
      uninstall();
      await context.output.flush();
      if (context.output !== context.stdout) context.output.close();
      await context.stdout.flush();
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    stderr.write(`dblink: error: ${error.message}\n`);
    return 2;
  } finally {
    await engine?.close();
    stdinLines?.close();
    await stderr.flush();
  }
}

function makeContext(options: RunOptions, engine: Engine, stdin: () => LineSource, stderr: Output): RunContext {
  const isInteractive = options.actions.length === 0 && process.stdin.isTTY === true;
  const stdout = streamOutput(process.stdout, (error) => {
    // Whoever read our output has gone; nothing is left to do for anyone.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.exit(1);
  });
  const columns = process.stdout.isTTY ? process.stdout.columns : undefined;
  const directory = options.engine.dataDirectory;
  const conversation = converse(engine);
  return {
    conversation,
    parameters: conversation.parameters,
    variables: variablesFor(engine),
    stdout,
    stderr,
    output: stdout,
    settings: { ...DEFAULT_SETTINGS, columns, ...options.settings },
    timing: 'off',
    logStyle: 'full',
    place: undefined,
    source: undefined,
    stdin,
    isInteractive,
    interrupt: 'none',
    home: directory === undefined ? 'in memory' : `in directory "${directory}"`,
    previousQuery: '',
    restriction: undefined,
    lastError: undefined,
  };
}

/** psql's variables at its start, with those that say which server this is. */
function variablesFor(engine: Engine): Variables {
  const variables = new Variables();
  const version = engine.parameters.get('server_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0);
  variables.set('SERVER_VERSION_NAME', version);
  variables.set('SERVER_VERSION_NUM', String(major * 10_000 + minor));
  return variables;
}

/** Sets what the flags set; 1 when they cannot be set so. */
function prepare(options: RunOptions, context: RunContext): 0 | 1 {
  try {
    for (const [name, value] of options.variables) {
      if (value === undefined) context.variables.unset(name);
      else context.variables.set(name, value);
    }
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    logError(context, error.message);
    return 1;
  }
  for (const [option, value] of options.printOptions) {
    const change = changeSetting(context.settings, option, value);
    if ('error' in change) {
      logError(context, change.error);
      logError(context, `could not set printing parameter "${option}"`);
      return 1;
    }
    context.settings = change.settings;
  }
  if (options.singleTransaction && options.actions.length === 0) {
    logError(context, '-1 can only be used in non-interactive mode');
    return 1;
  }
  if (options.outputPath !== undefined && setOutput(context, options.outputPath) === 'failed') return 1;
  return 0;
}

/** Ctrl-C cancels what runs and ends the script; once more, or with nothing to cancel, it ends the program. */
function cancelOnInterrupt(engine: Engine, context: RunContext): () => void {
  const interrupted = (): void => {
    if (context.interrupt === 'pressed' || !engine.isBusy) {
      void engine.close().finally(() => process.exit(130));
      return;
    }
    context.interrupt = 'pressed';
    engine.cancel();
  };
  process.on('SIGINT', interrupted);
  process.on('SIGTERM', interrupted);
  return () => {
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  };
}

async function runActions(options: RunOptions, context: RunContext): Promise<ExitStatus> {
  const { variables } = context;
  if (options.actions.length === 0) {
    context.logStyle = 'terse';
    const status = await runScript(context, context.stdin());
    return status === 'quit' ? 0 : status;
  }
  if (options.singleTransaction && !(await sendSilently(context, 'BEGIN')) && variables.isOn('ON_ERROR_STOP')) return 3;
  let status: ExitStatus = 0;
  for (const action of options.actions) {
    status = await runAction(action, context);
    if (context.interrupt === 'pressed' || (status !== 0 && variables.isOn('ON_ERROR_STOP'))) break;
  }
  if (options.singleTransaction) await sendSilently(context, status === 0 ? 'COMMIT' : 'ROLLBACK');
  return status;
}

async function runAction(action: Action, context: RunContext): Promise<ExitStatus> {
  if (action.kind === 'command') {
    context.logStyle = 'terse';
    return (await runText(action.text, context)) ? 0 : 1;
  }
  context.logStyle = 'full';
  if (action.path !== '-') return await runFile(context, action.path);
  const place = { file: '<stdin>', line: 0 };
  const status = await runScript(context, streamLines(process.stdin, place), place);
  return status === 'quit' ? 0 : status;
}

/** `-c`: either one backslash command, or SQL as it is, in one query. */
async function runText(text: string, context: RunContext): Promise<boolean> {
  if (!text.startsWith('\\')) {
    if (context.variables.get('ECHO')?.toLowerCase() === 'all') context.stdout.write(`${text}\n`);
    return await sendQuery(context, text);
  }
  const scanner = new Scanner(context.variables, standardStrings(context));
  scanner.take(text.slice(1));
  const includeFile = (file: string): Promise<0 | 1 | 3> => runFile(context, file);
  const outcome = await runCommand({ context, scanner, conditions: new Conditions(), includeFile });
  await context.output.flush();
  return outcome !== 'failed';
}
