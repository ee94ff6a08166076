import { printTable } from '../../format/print.ts';
import type { Table } from '../../format/settings.ts';
import { logError, messageStyle, type RunContext } from '../context.ts';
import { describeFileError } from '../line-source.ts';
import { formatMessage } from '../message.ts';
import { fileOutput, type Output } from '../output.ts';
import { changeSetting } from '../print-options.ts';
import { type QueryTarget, sendQuery } from '../send-query.ts';
import type { Outcome, Script } from '../state.ts';
import type { Commands, Invocation } from './command.ts';

/** `\g` and its kin, and what else works on the query buffer */
export const queryCommands: Commands = {
  g: (invocation) => sendTo(invocation, {}),
  gx: (invocation) => {
    const { settings } = invocation.script.context;
    return sendTo(invocation, { settings: { ...settings, expanded: 'on' } });
  },
  gset: ({ script, arguments: args }) => send(script, { setPrefix: args.next()?.value ?? '' }),
  gexec: async ({ script }) => {
    const queries: string[] = [];
    const collect = (table: Table): void => {
      for (const row of table.rows) for (const value of row) if (value !== null) queries.push(value);
    };
    if ((await send(script, { collect })) === 'failed') return 'failed';
    for (const query of queries) {
      if (script.context.variables.get('ECHO')?.toLowerCase() === 'all') script.context.stdout.write(`${query}\n`);
      const succeeded = await sendQuery(script.context, query);
      if (!succeeded && script.context.variables.isOn('ON_ERROR_STOP')) return 'failed';
    }
    return 'continue';
  },
  r: reset,
  reset,
  p: print,
  print,
  errverbose: ({ script: { context } }) => {
    const { lastError } = context;
    if (lastError === undefined) {
      context.stdout.write('There is no previous error.\n');
      return;
    }
    const style = { ...messageStyle(context.variables), verbosity: 'verbose', showContext: 'always' } as const;
    context.stderr.write(`${formatMessage(lastError.fields, lastError.sql, style)}\n`);
  },
};

/** Sends the buffer, or the query before when it is empty. */
async function send({ context, scanner }: Script, target: QueryTarget): Promise<Outcome> {
  const sql = scanner.buffer === '' ? context.previousQuery : scanner.buffer;
  scanner.resetStatement();
  if (sql === '') return 'continue';
  context.previousQuery = sql;
  return (await sendQuery(context, sql, target)) ? 'continue' : 'failed';
}

/** `\g [(option=value …)] [FILE]` */
async function sendTo(invocation: Invocation, target: QueryTarget): Promise<Outcome> {
  const { script, name, arguments: args } = invocation;
  const { context } = script;
  let settings = target.settings ?? context.settings;
  let argument = args.fileOrPipe();
  if (argument !== undefined && !argument.quoted && argument.value.startsWith('(')) {
    const words = [argument.value];
    while (!(words.at(-1) ?? '').endsWith(')')) {
      const word = args.next();
      if (word === undefined) return refuse(context, `\\${name}: missing right parenthesis`);
      words.push(word.value);
    }
    for (const word of words.join(' ').slice(1, -1).split(/\s+/)) {
      const [option = '', value] = word.split('=');
      if (option === '') continue;
      const change = changeSetting(settings, option, value);
      if ('error' in change) return refuse(context, change.error);
      settings = change.settings;
    }
    argument = args.fileOrPipe();
  }
  if (argument === undefined) return await send(script, { ...target, settings });
  if (argument.value.startsWith('|') && !argument.quoted) return refuse(context, `\\${name}: a pipe is not supported`);
  let output: Output;
  try {
    output = fileOutput(argument.value);
  } catch (error) {
    return refuse(context, `${argument.value}: ${describeFileError(error)}`);
  }
  try {
    return await send(script, { ...target, settings, output });
  } finally {
    output.close();
  }
}

function refuse(context: RunContext, message: string): Outcome {
  logError(context, message);
  return 'failed';
}

function reset({ script: { context, scanner } }: Invocation): undefined {
  scanner.resetStatement();
  if (!context.variables.isOn('QUIET')) context.stdout.write('Query buffer reset (cleared).\n');
}

function print({ script: { context, scanner } }: Invocation): undefined {
  const text = scanner.buffer === '' ? context.previousQuery : scanner.buffer;
  if (text !== '') context.stdout.write(`${text}\n`);
  else if (!context.variables.isOn('QUIET')) context.stdout.write('Query buffer is empty.\n');
}

/** Prints a table that a command made up where results go. */
export function showTable(context: RunContext, table: Table): void {
  printTable(table, context.settings, (text) => context.output.write(text));
}
