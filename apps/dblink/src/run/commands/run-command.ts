import { logError, logWarning, warnIgnored } from '../context.ts';
import { SlashArguments } from '../slash-arguments.ts';
import type { Outcome, Script } from '../state.ts';
import { ValueError } from '../variables.ts';
import type { Command, Commands } from './command.ts';
import { conditionCommands } from './conditions.ts';
import { describe, isDescribeCommand } from './describe.ts';
import { displayCommands } from './display.ts';
import { fileCommands } from './files.ts';
import { generalCommands } from './general.ts';
import { queryCommands } from './query.ts';
import { restrictionCommands } from './restrict.ts';
import { variableCommands } from './variables.ts';

const commands: Commands = {
  ...displayCommands,
  ...fileCommands,
  ...generalCommands,
  ...queryCommands,
  ...restrictionCommands,
  ...variableCommands,
};

/** Every name of a command, but those of `\\d` and its family. */
export const COMMAND_NAMES: readonly string[] = [...Object.keys(commands), ...Object.keys(conditionCommands)];

/** Runs the backslash command whose name and arguments stand next in the scanner's line. */
export async function runCommand(script: Script): Promise<Outcome> {
  const { context, scanner, conditions } = script;
  const rest = scanner.rest;
  const args = new SlashArguments(rest, context.variables);
  const name = args.name();
  const command = Object.hasOwn(conditionCommands, name)
    ? conditionCommands[name]
    : conditions.isActive || find(name) === undefined
      ? find(name)
      : skip;
  const outcome = await run(script, name, command, args);
  args.finish();
  scanner.resume(outcome === 'failed' ? rest.length : args.at);
  return outcome;
}

async function run(script: Script, name: string, command: Command | undefined, args: SlashArguments): Promise<Outcome> {
  const { context } = script;
  if (context.restriction !== undefined && name !== 'unrestrict') {
    logError(context, 'backslash commands are restricted; only \\unrestrict is allowed');
    return 'failed';
  }
  if (command === undefined) {
    logError(context, `invalid command \\${name}`);
    if (context.isInteractive) context.stderr.write('Try \\? for help.\n');
    return 'failed';
  }
  try {
    const outcome = (await command({ script, name, arguments: args })) ?? 'continue';
    if (outcome !== 'failed') {
      for (const extra of args.all()) logWarning(context, `\\${name}: extra argument "${extra}" ignored`);
    }
    return outcome;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    logError(context, error.message);
    return 'failed';
  }
}

function find(name: string): Command | undefined {
  if (Object.hasOwn(commands, name)) return commands[name];
  return isDescribeCommand(name) ? describe : undefined;
}

/** In a branch that does not count, arguments are read and forgotten. */
const skip: Command = ({ script: { context }, name, arguments: args }) => {
  args.all();
  warnIgnored(context, `\\${name} command`);
};
