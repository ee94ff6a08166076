import { logError } from '../context.ts';
import type { Commands } from './command.ts';

/** `\set`, `\unset`, `\getenv`, `\setenv` */
export const variableCommands: Commands = {
  set: ({ script: { context }, arguments: args }) => {
    const name = args.next()?.value;
    if (name === undefined) {
      for (const [known, value] of context.variables.entries()) context.stdout.write(`${known} = '${value}'\n`);
      return;
    }
    context.variables.set(name, args.all().join(''));
  },
  unset: ({ script: { context }, arguments: args, name: command }) => {
    const name = args.next()?.value;
    if (name === undefined) {
      logError(context, `\\${command}: missing required argument`);
      return 'failed';
    }
    context.variables.unset(name);
    return 'continue';
  },
  getenv: ({ script: { context }, arguments: args }) => {
    const name = args.next()?.value;
    const variable = args.next()?.value;
    if (name === undefined || variable === undefined) {
      logError(context, '\\getenv: missing required argument');
      return 'failed';
    }
    const value = process.env[variable];
    if (value !== undefined) context.variables.set(name, value);
    return 'continue';
  },
  setenv: ({ script: { context }, arguments: args }) => {
    const name = args.next()?.value;
    if (name === undefined || name.includes('=')) {
      const problem =
        name === undefined ? 'missing required argument' : 'environment variable name must not contain "="';
      logError(context, `\\setenv: ${problem}`);
      return 'failed';
    }
    const value = args.next()?.value;
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    return 'continue';
  },
};
