import { logError } from '../context.ts';
import type { Output } from '../output.ts';
import type { Commands, Invocation } from './command.ts';
import { HELP } from './help.ts';

/** Commands that only say something, and the one that ends it all */
export const generalCommands: Commands = {
  q: () => 'quit',
  quit: () => 'quit',
  echo: (invocation) => echo(invocation, invocation.script.context.stdout),
  qecho: (invocation) => echo(invocation, invocation.script.context.output),
  warn: (invocation) => {
    void invocation.script.context.stdout.flush();
    return echo(invocation, invocation.script.context.stderr);
  },
  conninfo: ({ script: { context } }) => {
    context.stdout.write(`You are connected to the embedded database "postgres" as user "postgres" ${context.home}.\n`);
  },
  encoding: ({ script: { context }, arguments: args }) => {
    const name = args.next()?.value;
    if (name === undefined) {
      context.stdout.write('UTF8\n');
      return 'continue';
    }
    if (/^(utf-?8|unicode)$/i.test(name)) return 'continue';
    logError(context, `${name}: invalid encoding name or conversion procedure not found`);
    return 'failed';
  },
  '?': ({ script: { context } }) => {
    context.stdout.write(HELP);
  },
};

function echo({ arguments: args }: Invocation, output: Output): undefined {
  const words = args.all();
  const holdsNewline = words[0] === '-n';
  output.write(words.slice(holdsNewline ? 1 : 0).join(' ') + (holdsNewline ? '' : '\n'));
}
