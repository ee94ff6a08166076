import { createInterface, type Interface } from 'node:readline';
import picocolors from 'picocolors';
import type { Engine } from '../engine/engine.ts';
import { Conditions } from '../run/conditions.ts';
import type { LineSource, RunContext } from '../run/context.ts';
import { Scanner } from '../run/scanner.ts';
import { runFile, runLine, standardStrings } from '../run/script.ts';
import type { ExitStatus, Script } from '../run/state.ts';
import { complete } from './completion.ts';
import { openHistory } from './history.ts';
import { promptFor } from './prompt.ts';

/** A line that was typed, the end of the input, or Ctrl-C at the prompt. */
type Typed =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'end' }
  | { readonly kind: 'interrupt' };

/** Runs what is typed until the input ends. */
export async function runShell(context: RunContext, engine: Engine): Promise<ExitStatus> {
  context.logStyle = 'terse';
  const scanner = new Scanner(context.variables, standardStrings(context));
  const includeFile = (file: string): Promise<0 | 1 | 3> => runFile(context, file);
  const script: Script = { context, scanner, conditions: new Conditions(), includeFile };
  const keyboard = new Keyboard(context, engine);
  context.source = keyboard;
  if (!context.variables.isOn('QUIET')) {
    const version = context.parameters.get('server_version') ?? '';
    context.stdout.write(`dblink, PostgreSQL ${version} ${context.home}\nType "help" for help.\n\n`);
  }
  try {
    for (;;) {
      await context.stdout.flush();
      const prompt = promptFor(scanner.within, context.conversation.transactionStatus, context.variables);
      const typed = await keyboard.ask(prompt);
      if (typed.kind === 'interrupt') scanner.reset();
      else if (typed.kind === 'end') return 0;
      else if ((await runTyped(script, typed.text)) === 'quit') return 0;
    }
  } finally {
    keyboard.close();
  }
}

/** `help`, `quit` and `exit` count as commands where no statement has begun. */
async function runTyped(script: Script, line: string): Promise<'continue' | 'quit'> {
  const { context, scanner } = script;
  const bare = scanner.within === 'nothing' ? line.trim().replace(/;$/, '').toLowerCase() : '';
  if (bare === 'quit' || bare === 'exit') return 'quit';
  if (bare === 'help') {
    const lines = [
      'SQL ends with ; and goes to the embedded PostgreSQL.',
      '\\? lists commands, \\h SQL syntax, \\q quits.',
    ];
    context.stdout.write(`${lines.join('\n')}\n`);
    return 'continue';
  }
  context.interrupt = 'none';
  const outcome = await runLine(script, line);
  return outcome === 'quit' ? 'quit' : 'continue';
}

/** The keyboard: lines with editing, history and completion; Ctrl-C cancels the statement that runs. */
class Keyboard implements LineSource {
  readonly #context: RunContext;
  readonly #interface: Interface;
  readonly #history = openHistory();
  readonly #typed: Typed[] = [];
  #lines: readonly string[];
  #waiting: ((typed: Typed) => void) | undefined;

  constructor(context: RunContext, engine: Engine) {
    this.#context = context;
    this.#lines = this.#history.lines;
    const size = this.#historySize();
    this.#interface = createInterface({
      input: process.stdin,
      output: process.stdout,
      terminal: true,
      history: [...this.#lines],
      historySize: size,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result: [string[], string]) => void) => {
        complete(line, context.conversation, engine.isBusy).then(
          (result) => done(null, result),
          () => done(null, [[], line]),
        );
      },
    });
    this.#interface.on('line', (text) => this.#deliver({ kind: 'line', text }));
    this.#interface.on('close', () => this.#deliver({ kind: 'end' }));
    this.#interface.on('history', (lines: string[]) => {
      this.#lines = [...lines];
    });
    this.#interface.on('SIGINT', () => {
      if (engine.isBusy) {
        context.interrupt = 'pressed';
        engine.cancel();
        return;
      }
      process.stdout.write('^C\n');
      // Typed text is dropped together with the statement that it would have continued.
      this.#interface.write(null, { ctrl: true, name: 'e' });
      this.#interface.write(null, { ctrl: true, name: 'u' });
      this.#deliver({ kind: 'interrupt' });
    });
  }

  /** The next line for a statement. */
  async ask(prompt: string): Promise<Typed> {
    this.#interface.setPrompt(picocolors.isColorSupported ? picocolors.bold(prompt) : prompt);
    this.#interface.prompt();
    return await this.#next();
  }

  /** The next line of the data of COPY … FROM STDIN. */
  async next(): Promise<string | undefined> {
    const prompt = this.#context.variables.get('PROMPT3') ?? '';
    this.#interface.setPrompt(prompt);
    this.#interface.prompt();
    const typed = await this.#next();
    return typed.kind === 'line' ? typed.text : undefined;
  }

  close(): void {
    this.#interface.close();
    this.#history.save(this.#lines, this.#historySize());
  }

  #historySize(): number {
    return Number.parseInt(this.#context.variables.get('HISTSIZE') ?? '500', 10);
  }

  #next(): Promise<Typed> {
    const typed = this.#typed.shift();
    if (typed !== undefined) return Promise.resolve(typed);
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  #deliver(typed: Typed): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#typed.push(typed);
    else waiting(typed);
  }
}
