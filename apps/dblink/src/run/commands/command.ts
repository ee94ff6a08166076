import type { SlashArguments } from '../slash-arguments.ts';
import type { Outcome, Script } from '../state.ts';

/** One use of a backslash command. */
export interface Invocation {
  readonly script: Script;
  /** The name without the backslash. */
  readonly name: string;
  readonly arguments: SlashArguments;
}

/** What a backslash command does; without an outcome the script goes on. */
export type Command = (invocation: Invocation) => Outcome | undefined | Promise<Outcome | undefined>;

/** Commands by name. */
export type Commands = Readonly<Record<string, Command>>;
