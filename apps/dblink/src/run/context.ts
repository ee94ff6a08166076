import type { ErrorFields } from '@pg-dblink/protocol';
import type { Conversation } from '../engine/conversation.ts';
import type { PrintSettings } from '../format/settings.ts';
import type { MessageStyle } from './message.ts';
import type { Output } from './output.ts';
import { parseChoice, type Variables } from './variables.ts';

/** How messages of our own are printed: psql names itself and the level in files only. */
export type LogStyle = 'full' | 'terse';

/** A place in a script. */
export interface Place {
  readonly file: string;
  line: number;
}

/** Where lines come from; COPY … FROM STDIN in a script reads its data from there, too. */
export interface LineSource {
  next(): Promise<string | undefined>;
}

/** What a run of SQL and backslash commands works on. */
export interface RunContext {
  readonly conversation: Conversation;
  readonly parameters: ReadonlyMap<string, string>;
  readonly variables: Variables;
  readonly stdout: Output;
  stderr: Output;
  /** Where results go: standard output, or what `-o` and `\o` name. */
  output: Output;
  settings: PrintSettings;
  timing: 'on' | 'off';
  logStyle: LogStyle;
  /** The file that is being read; undefined for standard input, `-c` and the shell. */
  place: Place | undefined;
  /** The lines that are being read; undefined for `-c`. */
  source: LineSource | undefined;
  /** Standard input, for `COPY … FROM STDIN` in `-c`. */
  stdin: () => LineSource;
  readonly isInteractive: boolean;
  /** Ctrl-C has cancelled something: a script ends then. */
  interrupt: 'none' | 'pressed';
  /** Where the database lives, for `\\conninfo`: "in memory" or a directory. */
  readonly home: string;
  /** The query before, for `\g` with an empty buffer. */
  previousQuery: string;
  /** Between `\\restrict` and `\\unrestrict`: what ends it. */
  restriction: { readonly key: string } | undefined;
  /** The last error of the server, for `\\errverbose`. */
  lastError: { readonly fields: ErrorFields; readonly sql: string } | undefined;
}

const program = 'dblink';

/** Prints an error of our own, as psql words and marks it. */
export function logError(context: RunContext, message: string): void {
  log(context, 'error: ', message);
}

/** Prints a warning of our own. */
export function logWarning(context: RunContext, message: string): void {
  log(context, 'warning: ', message);
}

/** Whether what runs now was typed: a script that is included was not. */
export function isTyped(context: RunContext): boolean {
  return context.isInteractive && context.place === undefined;
}

/** Says to somebody who types within a false `\\if` why nothing happens. */
export function warnIgnored(context: RunContext, what: string): void {
  if (isTyped(context)) logWarning(context, `${what} ignored; use \\endif or Ctrl-C to exit current \\if block`);
}

/** Prints a message of the server: it says its severity itself. */
export function logInfo(context: RunContext, message: string): void {
  log(context, '', message);
}

function log(context: RunContext, level: string, message: string): void {
  const { place, logStyle } = context;
  const where = place === undefined ? '' : `${place.file}:${place.line}:`;
  const prefix = logStyle === 'full' || place !== undefined ? `${program}:${where} ` : '';
  // What was printed before stands before, where both go to one place.
  void context.stdout.flush();
  context.stderr.write(`${prefix}${logStyle === 'full' ? level : ''}${message}\n`);
}

/** How messages are shown now. */
export function messageStyle(variables: Variables): MessageStyle {
  const of = <Choice extends string>(name: string, choices: readonly Choice[]): Choice =>
    parseChoice(variables.get(name) ?? '', name, choices);
  return {
    verbosity: of('VERBOSITY', ['default', 'verbose', 'terse', 'sqlstate']),
    showContext: of('SHOW_CONTEXT', ['errors', 'never', 'always']),
  };
}
