import type { Engine } from '../engine/engine.ts';
import { Conditions } from '../run/conditions.ts';
import { type LineSource, logError, type RunContext } from '../run/context.ts';
import { Scanner } from '../run/scanner.ts';
import { runFile, runLine, standardStrings } from '../run/script.ts';
import type { ExitStatus, Outcome, Script } from '../run/state.ts';
import { complete } from './candidates.ts';
import { colouredMessages, wantsColours } from './colours.ts';
import { openHistory } from './history.ts';
import { type Keyboard, openKeyboard } from './keyboard.ts';
import { type PromptState, promptFor } from './prompt.ts';

const help = `SQL goes to the embedded PostgreSQL at the semicolon that ends it.
\\? lists the commands of this shell, \\h shows the syntax of SQL commands, \\q quits.
`;

/**
 * Runs what is typed at the terminal until the input ends.
 *
 * @throws EngineError when the engine is lost.
 */
export async function runShell(context: RunContext, engine: Engine): Promise<ExitStatus> {
  context.logStyle = 'terse';
  if (wantsColours()) context.stderr = colouredMessages(context.stderr);
  const scanner = new Scanner(context.variables, standardStrings(context));
  const includeFile = (file: string): Promise<0 | 1 | 3> => runFile(context, file);
  const script: Script = { context, scanner, conditions: new Conditions(), includeFile };
  const keyboard = openKeyboard(process.stdin, process.stdout);
  const copied = copyLines(context, keyboard);
  context.source = copied;
  context.stdin = () => copied;
  const uninstall = onSignals(context, engine, keyboard);
  try {
    if (!context.variables.isOn('QUIET')) {
      const version = context.parameters.get('server_version') ?? '';
      context.stdout.write(`dblink, PostgreSQL ${version} ${context.home}\nType "help" for help.\n\n`);
    }
    await readAndRun(script, keyboard);
    return 0;
  } finally {
    uninstall();
    keyboard.close();
  }
}

async function readAndRun(script: Script, keyboard: Keyboard): Promise<void> {
  const { context, scanner, conditions } = script;
  const history = openHistory(context.variables);
  let typed: string[] = [];
  const keep = (): void => {
    history.add(typed.join('\n'));
    typed = [];
  };
  for (;;) {
    await context.stdout.flush();
    context.interrupt = 'none';
    const name = scanner.within === 'nothing' ? 'PROMPT1' : 'PROMPT2';
    const answer = await keyboard.ask({
      prompt: promptFor(name, promptState(script, typed.length + 1)),
      history: history.entries,
      complete: (line) => complete(scanner.buffer, line, context),
    });
    switch (answer.kind) {
      case 'end':
        keep();
        if (!context.variables.isOn('QUIET')) context.stdout.write('\\q\n');
        return;
      case 'interrupt':
        keep();
        process.stdout.write('^C\n');
        scanner.reset();
        if (conditions.end() === undefined) logError(context, '\\if: escaped');
        continue;
      case 'line':
        typed.push(answer.text);
        try {
          if ((await runTyped(script, answer.text)) === 'quit') return;
        } finally {
          if (scanner.within === 'nothing') keep();
        }
    }
  }
}

function promptState({ context, scanner, conditions }: Script, line: number): PromptState {
  return {
    within: scanner.within,
    transaction: context.conversation.transactionStatus,
    variables: context.variables,
    isIgnored: !conditions.isActive,
    isSuperuser: context.parameters.get('is_superuser') !== 'off',
    line,
  };
}

/** Runs one answer of the keyboard; what the history brought back may be several lines. */
async function runTyped(script: Script, text: string): Promise<Outcome> {
  const { context, scanner } = script;
  const word = scanner.within === 'nothing' ? text.trim().replace(/\s*;$/, '').toLowerCase() : '';
  if (word === 'quit' || word === 'exit') return 'quit';
  if (word === 'help') {
    context.stdout.write(help);
    return 'continue';
  }
  let outcome: Outcome = 'continue';
  for (const line of text.split('\n')) {
    outcome = await runLine(script, line);
    if (outcome === 'quit' || context.interrupt === 'pressed') return outcome;
  }
  return outcome;
}

/** The data of COPY … FROM STDIN, as it is typed; Ctrl-C gives it up. */
function copyLines(context: RunContext, keyboard: Keyboard): LineSource {
  const { variables, conversation } = context;
  return {
    next: async () => {
      await context.stdout.flush();
      const prompt = promptFor('PROMPT3', {
        within: 'nothing',
        transaction: conversation.transactionStatus,
        variables,
        isIgnored: false,
        isSuperuser: true,
        line: 1,
      });
      const answer = await keyboard.ask({ prompt, history: [] });
      if (answer.kind === 'interrupt') {
        process.stdout.write('^C\n');
        throw new Error('canceled by user');
      }
      return answer.kind === 'line' ? answer.text : undefined;
    },
  };
}

/** Ctrl-C cancels what runs, or clears what was typed; the end of the terminal ends the program. */
function onSignals(context: RunContext, engine: Engine, keyboard: Keyboard): () => void {
  const interrupted = (): void => {
    if (keyboard.interrupt()) return;
    context.interrupt = 'pressed';
    if (!engine.isBusy) return;
    engine.cancel();
    context.stderr.write('Cancel request sent\n');
  };
  const ended = (_name: NodeJS.Signals, number: number): void => {
    keyboard.close();
    void engine.close().finally(() => process.exit(128 + number));
  };
  process.on('SIGINT', interrupted).on('SIGTERM', ended).on('SIGHUP', ended);
  return () => {
    process.off('SIGINT', interrupted).off('SIGTERM', ended).off('SIGHUP', ended);
  };
}
